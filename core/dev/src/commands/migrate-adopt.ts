import { usageOf, type Command, type Input, type Reply } from '@headwater/kernel/internal/command';
import { kernelError, type KernelError } from '@headwater/kernel/internal/errors';
import { historySources } from '../adoption/sources.ts';

const tools = [...historySources.keys()].join(', ');

/** `kernel migrate:adopt <plugin>`. */
export const migrateAdopt: Command = {
  about:
    "Turns the history of another migration tool into a plugin's revisions, one for each migration, and stamps the " +
    "revisions that the tool's table in the database records as applied. Nothing runs twice: it runs code of " +
    'migrations only to collect their SQL, without a database. It writes all files or none, names a migration that it ' +
    "cannot read, and skips what it has already adopted. It only reads the tool's table and does not touch the " +
    "application's tables.\n\n" +
    `--from takes the name of the tool: ${tools}. "umzug" stands for every runner of SQL files with a table of their ` +
    'names. --from-database needs no history: it writes one revision that recreates the schema of the database, and ' +
    'proves in a shadow that it does.',
  arguments: [
    { name: 'plugin', about: 'the plugin that gets the revisions', required: true, complete: 'active plugin' },
    { name: 'folder', about: "the folder of the migrations; default: the tool's own, like migrations" },
  ],
  options: [
    { flag: 'from', value: 'tool', about: 'the tool; a folder instead stands for MikroORM and that folder' },
    { flag: 'from-database', about: 'write one revision that recreates the database, without a history' },
    { flag: 'to', value: 'migration', about: 'the last migration to adopt; default: all' },
    { flag: 'table', value: 'name', about: "the table that records migrations; default: the tool's own" },
    { flag: 'shared', about: 'other folders have their migrations in the same table; ignore its other names' },
    {
      flag: 'split',
      value: 'plugins',
      about: 'more plugins, separated by commas, that get the statements about what their entities declare',
    },
    { flag: 'files-only', about: 'write the files without connecting to the database' },
    { flag: 'dry-run', about: 'show the files and stamps, but write nothing' },
    { flag: 'shadow', value: 'url', about: 'with --from-database: prove it on this PostgreSQL server' },
  ],
  examples: [
    { line: 'kernel migrate:adopt shop --from knex --dry-run', about: 'to preview' },
    { line: 'kernel migrate:adopt shop --from drizzle db/drizzle', about: 'on a database that has run them' },
    { line: 'kernel migrate:adopt shop --from mikro-orm modules/shop/migrations --shared', about: 'module by module' },
    {
      line: 'kernel migrate:adopt shop --from typeorm src/migrations --split billing,stock',
      about: 'one history, three plugins',
    },
    { line: 'kernel migrate:adopt shop --from-database', about: 'with tables, but without a history' },
  ],
  exits: [
    { code: 12, about: 'the plugin is not active, or its sources are not in this workspace' },
    { code: 13, about: 'a migration cannot be adopted as it is, or the database cannot be recreated' },
    { code: 15, about: 'the files and the table disagree about the history' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  async run(input, context): Promise<Reply> {
    assertUsage(input);
    if (input.switches.has('from-database')) {
      const { adoptDatabase } = await import('./adopt-database.ts');
      return adoptDatabase(input, context);
    }
    const { adoptHistory } = await import('./adopt-history.ts');
    return adoptHistory(input, context);
  },
};

/** Refuses options that exclude each other. Throws USAGE. */
function assertUsage({ operands, values, switches }: Input): void {
  const refusal = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: usageOf('migrate:adopt', migrateAdopt), command: 'migrate:adopt' });
  const fromDatabase = switches.has('from-database');
  if (!fromDatabase && !values.has('from')) {
    throw refusal(
      `kernel migrate:adopt needs --from <tool>, one of ${tools}; or --from-database if there is no history to bring.`,
    );
  }
  if (!fromDatabase) {
    if (values.has('shadow')) throw refusal('--shadow applies to --from-database, the only source that is proven.');
    return;
  }
  const ofHistory = ['from', 'to', 'split'].find((flag) => values.has(flag));
  const ofSwitches = ['shared', 'files-only'].find((flag) => switches.has(flag));
  const wrong = ofHistory ?? ofSwitches;
  if (wrong !== undefined) throw refusal(`--${wrong} applies to the history of a tool, which --from-database ignores.`);
  if (operands.length > 1) throw refusal('--from-database reads the database of the config and takes no folder.');
}
