/** A command line whose output is pinned. */
export interface PinnedLine {
  /** Without `kernel`. `<copy>` is the URL of a copy of the database, `<server>` that of a server for shadows. */
  readonly line: string;
  /** Whether it changes the database or a file, so that it needs an application of its own. Default: false. */
  readonly writes?: boolean;
  /** Whether it stays up until a signal stops it. Default: false. */
  readonly stops?: boolean;
  /** Whether it prints a file for a program, which other tests pin. Here, only the comments of SQL are. Default: false. */
  readonly isFile?: boolean;
}

const reading = (...lines: readonly string[]): readonly PinnedLine[] => lines.map((line) => ({ line }));
const writing = (...lines: readonly string[]): readonly PinnedLine[] => lines.map((line) => ({ line, writes: true }));

/** Every command with a line that succeeds and one that fails, and the replies that differ most from each other. */
export const pinnedLines: readonly PinnedLine[] = [
  ...writing('start --once'),
  ...reading('start --config nowhere.json'),
  { line: 'dev', writes: true, stops: true },
  ...reading('dev --config nowhere.json'),
  ...reading('why comments_comment.body', 'why nobody'),
  ...reading('doctor --config nowhere.json'),
  ...writing('migrate:up', 'migrate:down likes@-1', 'migrate:stamp likes --unchecked'),
  ...reading('migrate:stamp likes'),
  ...reading('migrate:up nowhere', 'migrate:down core@0001', 'migrate:stamp nowhere'),
  ...writing('migrate:accept likes@0002 --reason reviewed'),
  ...reading('migrate:accept likes@0001 --reason reviewed'),
  ...reading('migrate:plan', 'migrate:plan likes --sql', 'migrate:plan --down likes@0001', 'migrate:plan nowhere'),
  { line: 'migrate:sql likes@0002:likes@0003', isFile: true },
  ...reading('migrate:sql nowhere'),
  ...reading('migrate:why stickers', 'migrate:why core --not', 'migrate:why nowhere'),
  ...reading('migrate:status', 'migrate:status --config nowhere.json'),
  ...reading('migrate:drift', 'migrate:drift --config nowhere.json'),
  ...writing('migrate:rehearse --on <copy>'),
  ...reading('migrate:rehearse --on nowhere'),
  ...reading('migrate:heads', 'migrate:heads --config nowhere.json'),
  ...reading('migrate:branches', 'migrate:branches --config nowhere.json'),
  ...reading('migrate:current --verbose', 'migrate:current nobody'),
  ...reading('migrate:history', 'migrate:history likes@0002: --verbose', 'migrate:history nobody'),
  ...reading('migrate:graph likes', 'migrate:graph nobody'),
  ...reading('migrate:show likes@0002', 'migrate:show nowhere'),
  ...writing('migrate:create comments --shadow <server>'),
  ...reading('migrate:create nobody'),
  ...reading('migrate:check --shadow <server>', 'migrate:check nobody'),
  ...reading('migrate:verify likes --shadow <server>', 'migrate:verify nobody'),
  ...writing('migrate:merge stickers --shadow <server>'),
  ...reading('migrate:merge nobody'),
  ...reading('migrate:squash likes 0001..0002 --dry-run --shadow <server>', 'migrate:squash likes 0001'),
  ...writing('migrate:adopt stickers sql --from flyway --files-only'),
  ...reading('migrate:adopt stickers nowhere --from flyway --files-only'),
  ...reading('migrate:lint --all', 'migrate:lint comments', 'migrate:lint nobody'),
  ...reading('plugin:list', 'plugin:list --config nowhere.json'),
  ...reading('plugin:enable likes', 'plugin:enable nobody'),
  ...writing('plugin:disable stickers'),
  ...reading('plugin:disable likes'),
  ...reading('plugin:uninstall comments', 'plugin:uninstall likes', 'plugin:uninstall nobody'),
  ...reading('plugin:rename nobody likes'),
  ...reading('plugin:hand-over likes likes_like comments --dry-run --shadow <server>', 'plugin:hand-over nobody a b'),
  ...reading('plugin:add ./nowhere', 'plugin:update nobody', 'plugin:remove nobody'),
  ...writing('plugin:lock'),
  ...reading('plugin:lock --check', 'plugin:lock --config nowhere.json'),
  ...writing('plugin:create notes'),
  ...reading('plugin:create core'),
  ...writing('plugin:build plugins/likes --shadow <server>'),
  ...reading('plugin:build nowhere', 'plugin:verify nowhere'),
  ...writing('plugin:prepack plugins/likes'),
  ...reading('plugin:prepack nowhere'),
  ...reading('config:check', 'config:check --config nowhere.json'),
  ...writing('config:schema'),
  { line: 'config:schema --print', isFile: true },
  ...reading('config:schema --config nowhere.json'),
  { line: 'completion fish', isFile: true },
  ...reading('completion tcsh'),
  ...reading('__complete "kernel plugin:disable "'),
  ...reading('help', 'help migrate:down'),
];

/** The commands whose success needs other packages, with the tests that compare it with the published schema. */
export const elsewhere: Readonly<Record<string, string>> = {
  'plugin:add': 'core/kernel/test/cli/plugin-add.test.ts',
  'plugin:update': 'core/kernel/test/cli/plugin-add.test.ts',
  'plugin:remove': 'core/kernel/test/cli/plugin-add.test.ts',
  'plugin:rename': 'core/kernel/test/cli/ledger-changes.test.ts',
  'plugin:verify': 'core/dev/test/publish/verify-plugin.test.ts',
};
