import type { Command, Context } from './command.ts';

/** A command, as far as it is known without its module. */
export interface CommandEntry {
  readonly name: string;
  /** Half a line, for lists. */
  readonly summary: string;
  /** The heading under which help lists it; `null` is not listed. */
  readonly group: 'Application' | 'Migrations' | 'Plugins' | 'Configuration' | 'Shell' | null;
  /** The package that has it: the kernel, or `@headwater/dev`, which a server does without. */
  readonly from: 'kernel' | 'dev';
  /** Imports it. The folder and config say which project's `@headwater/dev` is meant. */
  readonly load: (project: Pick<Context, 'cwd' | 'config'>) => Promise<Command>;
}

/** Every command, in the order in which help lists them. Nothing is imported before one is asked for. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'upgrade the database, start the plugins, stay up',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'why',
    summary: 'say whose a table, column, entity or token is',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'migrate:up',
    summary: 'apply what is pending',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-up.ts')).migrateUp,
  },
  {
    name: 'migrate:down',
    summary: 'take revisions away again',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-down.ts')).migrateDown,
  },
  {
    name: 'migrate:stamp',
    summary: 'write down as applied what is there already',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-stamp.ts')).migrateStamp,
  },
  {
    name: 'migrate:plan',
    summary: 'show what would run, in order, and run nothing',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-plan.ts')).migratePlan,
  },
  {
    name: 'migrate:status',
    summary: 'count applied, pending and dormant revisions by plugin',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-status.ts')).migrateStatus,
  },
  {
    name: 'migrate:heads',
    summary: 'list the latest revision of each active plugin',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-heads.ts')).migrateHeads,
  },
  {
    name: 'migrate:current',
    summary: 'list the latest revisions that are applied',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-current.ts')).migrateCurrent,
  },
  {
    name: 'migrate:history',
    summary: 'tell each branch from base to head',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-history.ts')).migrateHistory,
  },
  {
    name: 'migrate:show',
    summary: 'show one revision: edges, SQL, when it was applied',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-show.ts')).migrateShow,
  },
  {
    name: 'migrate:create',
    summary: 'write a revision of what a plugin changed',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:create'),
  },
  {
    name: 'migrate:check',
    summary: 'say whether entities and revisions agree',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:check'),
  },
  {
    name: 'migrate:verify',
    summary: 'prove revisions: order, undo, ownership',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:verify'),
  },
  {
    name: 'migrate:merge',
    summary: 'join the two heads of a branch',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:merge'),
  },
  {
    name: 'migrate:adopt',
    summary: "make revisions of a project's MikroORM migrations",
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:adopt'),
  },
  {
    name: 'migrate:lint',
    summary: 'find what is wrong or risky in revisions',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:lint'),
  },
  {
    name: 'plugin:list',
    summary: 'list active, disabled and other installed plugins',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-list.ts')).pluginList,
  },
  {
    name: 'plugin:enable',
    summary: 'activate an installed plugin in config.json',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-enable.ts')).pluginEnable,
  },
  {
    name: 'plugin:disable',
    summary: 'deactivate a plugin; its data stays',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-disable.ts')).pluginDisable,
  },
  {
    name: 'plugin:build',
    summary: 'write the manifest that a plugin is published with',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:build'),
  },
  {
    name: 'config:check',
    summary: 'check config, plugins, options and revisions',
    group: 'Configuration',
    from: 'kernel',
    load: async () => (await import('./commands/config-check.ts')).configCheck,
  },
  {
    name: 'config:schema',
    summary: 'write the schema that editors complete config.json by',
    group: 'Configuration',
    from: 'kernel',
    load: async () => (await import('./commands/config-schema.ts')).configSchemaCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands in a shell',
    group: 'Shell',
    from: 'kernel',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: '__complete',
    summary: 'list what could follow a line; for that script',
    group: null,
    from: 'kernel',
    load: async () => (await import('./commands/complete.ts')).complete,
  },
];

function fromDev(name: string): CommandEntry['load'] {
  return async (project) => (await import('./dev-command.ts')).loadDevCommand(name, project);
}

/** The entry of that name; `undefined` if there is none. */
export function commandNamed(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name === name);
}
