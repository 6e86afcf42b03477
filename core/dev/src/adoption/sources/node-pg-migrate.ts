import { collectCode, type RunDirection } from '../collect-code.ts';
import type { CollectedMigration, HistorySource, RefuseMigration } from '../history-source.ts';
import {
  codeExtensions,
  importFunctions,
  importMigration,
  migrationFiles,
  migrationText,
  requireFrom,
  type MigrationFile,
} from '../migration-files.ts';
import { collectSql } from '../sql-migration.ts';
import type { StatementRecorder } from '../statement-recorder.ts';

/** node-pg-migrate: files with functions that get a builder, and SQL files with a mark before `up` and `down`. */
export const nodePgMigrate: HistorySource = {
  title: 'node-pg-migrate',
  folder: 'migrations',
  journal: { table: 'pgmigrations', name: 'name', order: ['run_on', 'id'] },
  read(folder) {
    const files = migrationFiles(folder, ['.sql', ...codeExtensions]).toSorted((a, b) => prefixOf(a) - prefixOf(b));
    return files.map((one, i) => ({
      name: one.stem,
      file: one.file,
      rowNames: [one.stem],
      words: one.stem,
      collect: (refuse) =>
        one.file.endsWith('.sql')
          ? collectMarked(migrationText(one.file), refuse)
          : collectBuilt(files.slice(0, i + 1), refuse),
    }));
  },
};

/** The number at the start of the name: a timestamp in milliseconds, or with 17 digits a date. */
function prefixOf({ stem }: MigrationFile): number {
  const digits = /^\d+/.exec(stem)?.[0] ?? '';
  if (digits.length !== 17) return Number(digits);
  const date = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, '$1-$2-$3T$4:$5:$6.$7Z');
  return Date.parse(date);
}

function collectMarked(text: string, refuse: RefuseMigration): Promise<CollectedMigration> {
  const [up, down] = ['up', 'down'].map((one) => text.search(new RegExp(`^\\s*--[\\s-]*${one}\\s+migration`, 'im')));
  const part = (start: number, end: number): string =>
    text.slice(start, end > start ? end : undefined).replace(/^\s*--.*\n?/, '');
  const from = up ?? -1;
  const until = down ?? -1;
  return collectSql(
    from < 0 ? text.slice(0, until < 0 ? undefined : until) : part(from, until),
    until < 0 ? null : part(until, from),
    refuse,
  );
}

/** The part of node-pg-migrate that is used. The project's own version is loaded, so nothing else is known of it. */
interface Package {
  readonly Migration: new (
    database: object,
    file: string,
    actions: object,
    options: object,
    shorthands: object,
    logger: object,
  ) => { readonly apply: (direction: string) => Promise<unknown> };
}

const table = 'headwater_adoption';

/** Runs the last of the files. The type shorthands of the files before it are known to it. */
async function collectBuilt(files: readonly MigrationFile[], refuse: RefuseMigration): Promise<CollectedMigration> {
  const file = files.at(-1)?.file ?? '';
  const { up, exported } = await importFunctions(file);
  const { Migration } = requireFrom(file, 'node-pg-migrate') as Package;
  const shorthands: Record<string, unknown> = {};
  for (const one of files) {
    if (!one.file.endsWith('.sql'))
      Object.assign(shorthands, Reflect.get(await importMigration(one.file), 'shorthands'));
  }
  let transactional = true;
  const run =
    (direction: 'up' | 'down'): RunDirection =>
    async (recorder) => {
      const actions = { up, down: exported['down'] };
      const options = { singleTransaction: true, migrationsTable: table, schema: 'public' };
      const database = recordingDatabase(recorder, () => (transactional = false));
      await new Migration(database, file, actions, options, shorthands, silent).apply(direction);
    };
  const isIrreversible = (message: string): boolean => /disabled down migration|automatically infer down/.test(message);
  const code = { up: run('up'), down: run('down'), transactional, isIrreversible };
  return { ...(await collectCode(code, refuse)), transactional };
}

function recordingDatabase(recorder: StatementRecorder, onNoTransaction: () => void): object {
  const query = (text: string, values?: readonly unknown[]): Promise<unknown> => {
    if (text === 'COMMIT;') onNoTransaction();
    // The row that the tool writes for the migration.
    const isOwn = text.includes(`"${table}"`);
    return Promise.resolve(isOwn ? undefined : recorder.record(text, values));
  };
  return { query, select: query, column: query };
}

const nothing = (): void => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
