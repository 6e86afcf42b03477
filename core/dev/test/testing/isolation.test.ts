import { beforeAll, describe, expect, it } from 'vitest';
import { dumpSchema } from '../../../../test/helper/schema-dump.ts';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';
import type { Project } from '../../../../test/helper/project.ts';
import { startTestKernel, type TestKernel } from '../../src/testing.ts';
import { execute, makeNotes } from './notes.ts';

/** Reads everything that a test could leave behind. */
async function databaseState(app: TestKernel): Promise<object> {
  const read = async (text: string): Promise<readonly string[]> =>
    (await execute(app, text)).map((row) => JSON.stringify(row));
  const tables = await execute(
    app,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname !~ '^pg_' and schemaname <> 'information_schema' order by 1`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await read(`select t from ${String(name)} t`);
    // Ledger rows contain times, which differ, so only the number of rows is compared.
    rows.push(`${String(name)}: ${String(name).startsWith('kernel.') ? found.length : found.toSorted().join()}`);
  }
  return {
    rows,
    catalog: await dumpSchema((text) => execute(app, text)),
    schemas: await read("select nspname from pg_namespace where nspname !~ '^pg_(toast_)?temp' order by 1"),
    functions: await read("select proname from pg_proc where pronamespace = 'public'::regnamespace order by 1"),
    triggers: await read('select tgname, tgenabled from pg_trigger where not tgisinternal order by 1'),
    sequences: await read('select schemaname, sequencename, start_value, last_value from pg_sequences order by 1, 2'),
    next: await read("select nextval('notes_ticket') as ticket, nextval('notes_number') as number"),
    temporary: await read("select relname from pg_class where relpersistence = 't'"),
    settings: await read("select current_setting('timezone'), current_setting('search_path'), current_user"),
    objects: await read('select oid from pg_largeobject_metadata'),
    comments: await read("select obj_description('public'::regnamespace, 'pg_namespace')"),
  };
}

/** Statements that leave something behind. */
const leftovers: Readonly<Record<string, readonly string[]>> = {
  'rows, and the sequence numbers that they took': ["insert into notes_note (kind, text) values (1, 'left')"],
  'deleted rows': ['delete from notes_note'],
  'changes of rows that revisions wrote': ["update notes_kind set name = 'left', parent = null where id = 2"],
  'truncated tables of revisions': ['truncate notes_kind, base_thing restart identity cascade'],
  'consumed sequence numbers': [
    "select nextval('notes_ticket'), nextval('notes_number')",
    "select setval('notes_note_id_seq', 7, false)",
  ],
  'a table': ['create table left_behind (id int)', 'insert into left_behind values (1)'],
  'a dropped table of core': ['drop table core_activity cascade'],
  'a column with values': ['alter table notes_note add column left_behind int default 1'],
  'a disabled trigger': ['alter table notes_note disable trigger notes_count'],
  'a schema': ['create schema left_behind create table t (id int)'],
  'a view and a type': ['create view left_view as select 1 as one', "create type left_kind as enum ('a')"],
  'temporary tables and settings': ['create temporary table left_behind (id int)', "set timezone = 'Asia/Tokyo'"],
  'a large object': ['select lo_from_bytea(4711, $$left$$)'],
  'an emptied ledger': ['delete from kernel.ledger'],
  'a comment': ["comment on schema public is 'left'"],
};

describe.each(databaseKinds)('isolation of tests on %s', (kind) => {
  const database = testDatabase(kind);
  let project: Project;
  let untouched: object;
  const start = (...plugins: readonly string[]) => startTestKernel({ plugins, cwd: project.cwd, database });
  beforeAll(async () => {
    project = await makeNotes();
    await using app = await start('notes');
    untouched = await databaseState(app);
  });

  // On a server each test has its own database, so testing each statement would show nothing new.
  const cases: readonly (readonly [string, readonly string[]])[] =
    kind === 'pglite' ? Object.entries(leftovers) : [['everything', Object.values(leftovers).flat()]];

  it.each(cases)('the next test does not see %s', async (_, statements) => {
    const before = await start('notes');
    for (const statement of statements) await execute(before, statement);
    await before.stop();
    await using app = await start('notes');
    expect(await databaseState(app)).toEqual(untouched);
  });

  it('neither a test with other plugins nor a later test with the same plugins sees anything', async () => {
    const before = await start('notes');
    await execute(before, "insert into notes_note (kind, text) values (1, 'left')");
    await before.stop();
    const between = await start('base');
    const notes = "select from pg_class where relname like 'notes%'";
    expect(await execute(between, notes)).toEqual([]);
    await execute(between, 'insert into base_thing default values');
    await between.stop();
    await using app = await start('notes');
    expect(await databaseState(app)).toEqual(untouched);
  });

  it('a concurrent test sees nothing', async () => {
    await using first = await start('notes');
    await using second = await start('notes');
    await execute(first, 'delete from notes_note');
    expect(await databaseState(second)).toEqual(untouched);
  });

  it('code that is still running after its test cannot reach the next test', async () => {
    const before = await start('notes');
    await execute(before, 'select 1');
    await before.stop();
    await using app = await start('notes');
    await expect(execute(before, "insert into notes_note (kind, text) values (1, 'late')")).rejects.toThrow();
    expect(await databaseState(app)).toEqual(untouched);
  });

  it('an application that failed to start leaves nothing behind', async () => {
    await expect(start('notes', 'broken')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await using app = await start('notes');
    expect(await databaseState(app)).toEqual(untouched);
  });

  if (kind === 'postgres') return;

  it('the engine is reused, unless it cannot be cleaned', async () => {
    // A new engine would restart the transaction counter.
    const transactions = async (text: string): Promise<number> => {
      await using app = await start('notes');
      await execute(app, text);
      const [row] = await execute(app, 'select pg_current_xact_id()::text as number');
      return Number(row?.['number']);
    };
    const written = await transactions('delete from notes_note');
    const created = await transactions('create table left_behind (id int)');
    const temporary = await transactions('create temporary table left_behind (id int)');
    const outside = await transactions('create role left_behind');
    expect([written, created, temporary, outside].toSorted((a, b) => a - b)).toEqual([
      written,
      created,
      temporary,
      outside,
    ]);
    expect(await transactions('select 1')).toBeLessThan(created);
  });

  it('a transaction that never ends does not block the next test', async () => {
    const before = await start('notes');
    const open = Promise.withResolvers<void>();
    void before.run(() =>
      before.database.transactional(async (em) => {
        await em.execute('delete from notes_note');
        open.resolve();
        await new Promise(() => {});
      }),
    );
    await open.promise;
    await before.stop();
    await using app = await start('notes');
    expect(await databaseState(app)).toEqual(untouched);
  });
});
