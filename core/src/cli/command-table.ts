import type { CommandSpec } from './command.ts';

const refused = [14, 'parts that do not fit together, with what to do'] as const;
const cascade = ['--cascade', 'take along what stands on it, in other plugins too'] as const;

/** Every command, in the order in which `kernel --help` lists them. */
export const commandTable: readonly CommandSpec[] = [
  {
    name: 'start',
    args: [],
    summary: 'Upgrade every head, then start the application',
    flags: [['--once', 'boot, report, stop and exit']],
    about:
      'Loads the activated plugins, merges their revisions into one plan, applies what is pending and starts them. ' +
      'Stays up until SIGINT or SIGTERM; a second signal ends it at once.',
    examples: ['kernel start', 'kernel start --once --json', 'kernel start --config config/config.json'],
    exits: [
      [12, 'a plugin does not load or start'],
      [31, 'a migration failed and was rolled back'],
    ],
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'migrate:up',
    args: [['[target...]', 'what to reach; default: heads']],
    summary: 'Apply pending revisions',
    flags: [],
    about:
      'Targets: heads, likes (its head), likes@0002 (a unique prefix), likes@+1. What a target depends on in other ' +
      'plugins is applied first. Several processes may run it at once; every revision takes effect once.',
    examples: ['kernel migrate:up', 'kernel migrate:up likes', 'kernel migrate:up core@+1 comments'],
    exits: [
      [31, 'a revision failed and was rolled back; what came before it stays'],
      [30, 'another process held the lock for too long'],
    ],
    load: () => import('./commands/migrate-up.ts'),
  },
  {
    name: 'migrate:down',
    args: [['<target>', 'the revision to keep; likes@base removes the whole branch']],
    summary: 'Take revisions back, down to a target that is kept',
    flags: [cascade],
    about:
      'Refuses where another plugin stands on what would go, active or not, and where a revision has no `down`. ' +
      'Works for plugins that are not active, with the SQL that the ledger keeps.',
    examples: [
      'kernel migrate:down likes@-1',
      'kernel migrate:down likes@base',
      'kernel migrate:down core@0002 --cascade',
    ],
    exits: [refused],
    load: () => import('./commands/migrate-down.ts'),
  },
  {
    name: 'migrate:plan',
    args: [['[target...]', 'what to reach; default: heads']],
    summary: 'Show what migrate:up or migrate:down would run, and write nothing',
    flags: [
      ['--down <target>', 'plan a downgrade to this target instead'],
      cascade,
      ['--sql', 'with the SQL of each step'],
    ],
    about: 'The same code on the same database gives the same plan, byte for byte, on every machine.',
    examples: [
      'kernel migrate:plan',
      'kernel migrate:plan likes --sql',
      'kernel migrate:plan --down core@base --cascade',
    ],
    exits: [refused],
    load: () => import('./commands/migrate-plan.ts'),
  },
  {
    name: 'migrate:status',
    args: [],
    summary: 'Say for each plugin what is applied, pending, dormant or ahead',
    flags: [],
    about: 'Dormant: applied, while its plugin is not active. Ahead: applied, and unknown to the code that is here.',
    examples: ['kernel migrate:status', 'kernel migrate:status --json'],
    exits: [[3, 'something is pending']],
    load: () => import('./commands/migrate-status.ts'),
  },
  {
    name: 'migrate:heads',
    args: [],
    summary: 'List the head of each active branch, without a database',
    flags: [],
    about: 'The revisions that migrate:up leads to.',
    examples: ['kernel migrate:heads'],
    exits: [[34, 'a branch has several heads']],
    load: () => import('./commands/migrate-heads.ts'),
  },
  {
    name: 'migrate:current',
    args: [],
    summary: 'List the last applied revision of each branch',
    flags: [],
    about: 'Dormant branches are marked.',
    examples: ['kernel migrate:current'],
    exits: [],
    load: () => import('./commands/migrate-current.ts'),
  },
  {
    name: 'migrate:history',
    args: [['[plugin]', 'only this branch']],
    summary: 'List all revisions in the order in which they run',
    flags: [
      ['--offline', 'without asking the database what is applied'],
      ['--mermaid', 'as a Mermaid graph, for a page that renders one'],
    ],
    about: 'With the revisions that each revises and depends on, and whether it is applied.',
    examples: ['kernel migrate:history', 'kernel migrate:history likes', 'kernel migrate:history --offline --mermaid'],
    exits: [],
    load: () => import('./commands/migrate-history.ts'),
  },
  {
    name: 'migrate:show',
    args: [['<revision>', 'an id, or a unique prefix: likes@0002']],
    summary: 'Show one revision: its edges, its SQL, when it was applied',
    flags: [
      ['--applied', 'the SQL that the ledger says was run'],
      ['--offline', 'without asking the database'],
    ],
    about: 'Dormant revisions are shown from the ledger.',
    examples: ['kernel migrate:show likes@0002', 'kernel migrate:show likes@0002 --applied'],
    exits: [],
    load: () => import('./commands/migrate-show.ts'),
  },
  {
    name: 'plugin:list',
    args: [],
    summary: 'List plugins: active, disabled, and installed but not listed',
    flags: [],
    about: 'With version, package, what each requires, and how many revisions it ships.',
    examples: ['kernel plugin:list'],
    exits: [],
    load: () => import('./commands/plugin-list.ts'),
  },
  {
    name: 'plugin:enable',
    args: [['<name>', 'the plugin']],
    summary: 'Activate a plugin in config.json',
    flags: [],
    about:
      'First makes sure that its package is installed and that what it requires is active. Its revisions run at the next start.',
    examples: ['kernel plugin:enable likes'],
    exits: [[12, 'no package provides it'], refused],
    load: () => import('./commands/plugin-enable.ts'),
  },
  {
    name: 'plugin:disable',
    args: [['<name>', 'the plugin']],
    summary: 'Switch a plugin off in config.json; its tables and data stay',
    flags: [],
    about: 'Its options stay too. Refuses while an active plugin requires it.',
    examples: ['kernel plugin:disable likes'],
    exits: [refused],
    load: () => import('./commands/plugin-disable.ts'),
  },
  {
    name: 'plugin:build',
    args: [['[folder]', "the plugin's package; default: the working directory"]],
    summary: "Write a plugin's manifest, so that planning imports none of its code",
    flags: [['--check', 'write nothing; exit 3 if the manifest or the lock is out of date']],
    about:
      'Writes dist/headwater.json, and revisions.lock.json, which you commit. Refuses when a published revision was edited.',
    examples: ['kernel plugin:build', 'kernel plugin:build plugins/likes', 'kernel plugin:build --check'],
    exits: [
      [3, 'out of date (--check)'],
      [15, 'a published revision was edited or removed'],
    ],
    load: () => import('./commands/plugin-build.ts'),
  },
  {
    name: 'config:check',
    args: [],
    summary: 'Check config, plugins, options and revisions, without a database',
    flags: [],
    about: 'Everything that a start would refuse before it connects.',
    examples: ['kernel config:check', 'NODE_ENV=production kernel config:check'],
    exits: [
      [10, 'the configuration'],
      [11, 'a variable'],
    ],
    load: () => import('./commands/config-check.ts'),
  },
  {
    name: 'config:schema',
    args: [],
    summary: 'Write config.schema.json for the installed plugins, for your editor',
    flags: [
      ['--print', 'print it instead'],
      ['--check', 'write nothing; exit 3 if it is out of date'],
    ],
    about: 'Put "$schema": "./config.schema.json" into config.json to get completion.',
    examples: ['kernel config:schema', 'kernel config:schema --check'],
    exits: [[3, 'out of date (--check)']],
    load: () => import('./commands/config-schema.ts'),
  },
  {
    name: 'completion',
    args: [['<shell>', 'bash, zsh or fish']],
    summary: 'Print a completion script for your shell',
    flags: [],
    about: 'Completes the names of commands.',
    examples: ['eval "$(npx kernel completion bash)"', 'npx kernel completion fish | source'],
    exits: [],
    load: () => import('./commands/completion.ts'),
  },
];
