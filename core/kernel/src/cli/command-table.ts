import type { Command, Context } from './command.ts';

/** A row of the table: the facts about a command that are known without loading its module. */
export interface CommandEntry {
  readonly name: string;
  /** A summary that fits on half a line, for the list in `kernel --help`. */
  readonly summary: string;
  /** The heading under which help lists it. `null` hides it. */
  readonly group: 'Application' | 'Migrations' | 'Plugins' | 'Configuration' | 'Shell' | null;
  /** The package that provides it: the kernel, or `@headwater/dev`, which a production server does not need. */
  readonly from: 'kernel' | 'dev';
  /** Imports it. A dev command is imported from the project that the working directory and config belong to. */
  readonly load: (project: Pick<Context, 'cwd' | 'config'>) => Promise<Command>;
}

/** Every command, in the order in which help lists them. Each is imported only when called. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'upgrade the database, start the plugins, stay up',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'dev',
    summary: 'run the application, and reload it when sources change',
    group: 'Application',
    from: 'dev',
    load: fromDev('dev'),
  },
  {
    name: 'why',
    summary: 'show who owns a table, column, entity or token',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'doctor',
    summary: 'examine packages, config, database and ledger',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'migrate:up',
    summary: 'apply pending revisions',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-up.ts')).migrateUp,
  },
  {
    name: 'migrate:down',
    summary: 'revert revisions',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-down.ts')).migrateDown,
  },
  {
    name: 'migrate:stamp',
    summary: 'mark revisions as applied without running them',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-stamp.ts')).migrateStamp,
  },
  {
    name: 'migrate:plan',
    summary: 'show pending revisions in order, run nothing',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-plan.ts')).migratePlan,
  },
  {
    name: 'migrate:sql',
    summary: 'print a plan as one SQL script, without a database',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-sql.ts')).migrateSql,
  },
  {
    name: 'migrate:why',
    summary: 'explain why a revision is pending, or why not',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-why.ts')).migrateWhy,
  },
  {
    name: 'migrate:status',
    summary: 'count applied, pending and dormant revisions by plugin',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-status.ts')).migrateStatus,
  },
  {
    name: 'migrate:drift',
    summary: 'find missing objects of applied revisions',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-drift.ts')).migrateDrift,
  },
  {
    name: 'migrate:heads',
    summary: 'list the latest revision of each active plugin',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-heads.ts')).migrateHeads,
  },
  {
    name: 'migrate:branches',
    summary: 'list bases, heads, forks and merges of all branches',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-branches.ts')).migrateBranches,
  },
  {
    name: 'migrate:current',
    summary: 'list the latest applied revisions',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-current.ts')).migrateCurrent,
  },
  {
    name: 'migrate:history',
    summary: 'list each branch from base to head',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-history.ts')).migrateHistory,
  },
  {
    name: 'migrate:graph',
    summary: 'draw the revisions and their edges: Mermaid, DOT',
    group: 'Migrations',
    from: 'kernel',
    load: async () => (await import('./commands/migrate-graph.ts')).migrateGraph,
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
    summary: 'write a revision for the changes in a plugin',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:create'),
  },
  {
    name: 'migrate:check',
    summary: 'check that entities and revisions agree',
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:check'),
  },
  {
    name: 'migrate:verify',
    summary: 'prove revisions: order, down, ownership',
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
    summary: "turn a project's MikroORM migrations into revisions",
    group: 'Migrations',
    from: 'dev',
    load: fromDev('migrate:adopt'),
  },
  {
    name: 'migrate:lint',
    summary: 'find mistakes and risks in revisions',
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
    name: 'plugin:uninstall',
    summary: 'show or drop all that a plugin has in the database',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-uninstall.ts')).pluginUninstall,
  },
  {
    name: 'plugin:add',
    summary: 'install a plugin, after showing what it will do',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-add.ts')).pluginAdd,
  },
  {
    name: 'plugin:update',
    summary: 'install the newest version of plugins',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-update.ts')).pluginUpdate,
  },
  {
    name: 'plugin:remove',
    summary: 'remove a plugin and its package; its data stays',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-remove.ts')).pluginRemove,
  },
  {
    name: 'plugin:lock',
    summary: 'record the installed plugins and their revisions',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('./commands/plugin-lock.ts')).pluginLock,
  },
  {
    name: 'plugin:create',
    summary: 'create a plugin that can be tested and run',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:create'),
  },
  {
    name: 'plugin:build',
    summary: 'write the manifest for publishing a plugin',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:build'),
  },
  {
    name: 'plugin:verify',
    summary: 'check a built plugin before it is published',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:verify'),
  },
  {
    name: 'plugin:prepack',
    summary: 'remove paths to sources from package.json for npm pack',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:prepack'),
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
    summary: 'write the JSON Schema of config.json for editors',
    group: 'Configuration',
    from: 'kernel',
    load: async () => (await import('./commands/config-schema.ts')).configSchemaCommand,
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    group: 'Shell',
    from: 'kernel',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: '__complete',
    summary: 'list possible next words, for that script',
    group: null,
    from: 'kernel',
    load: async () => (await import('./commands/complete.ts')).complete,
  },
];

function fromDev(name: string): CommandEntry['load'] {
  return async (project) => (await import('./dev-command.ts')).loadDevCommand(name, project);
}

/** Returns the row of a command; `undefined` for an unknown name. */
export function commandNamed(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name === name);
}
