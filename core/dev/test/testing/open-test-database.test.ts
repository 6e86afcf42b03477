import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, onServer, testDatabase } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { openTestDatabase, startTestKernel } from '../../src/testing.ts';
import { makeNotes } from './notes.ts';

describe.each(databaseKinds)('a test database on %s', (kind) => {
  const database = testDatabase(kind);
  let project: Project;
  beforeAll(async () => {
    project = await makeNotes();
  });
  const open = (...plugins: readonly string[]) => openTestDatabase({ plugins, cwd: project.cwd, database });
  const tables = "select tablename as name from pg_tables where schemaname in ('public', 'kernel') order by 1";

  it('is empty until it is upgraded, even if a test kernel or another test database was open before', async () => {
    await (await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database })).stop();
    for (const _ of ['first', 'second']) {
      await using empty = await open('notes');
      expect(await empty.query(tables)).toEqual([]);
      await empty.upgrade();
      expect(await empty.query('select name from notes_kind where id = $1', [1])).toEqual([{ name: 'plain' }]);
    }
  });

  it('applies the revisions that the targets need, and later the others', async () => {
    await using opened = await open('notes');
    expect(await opened.upgrade('base@head')).toEqual(['base@0001_create_base']);
    await opened.query('insert into base_thing default values');
    const rest = await opened.upgrade();
    expect(rest).toContain('notes@0001_create_note');
    expect(rest).not.toContain('base@0001_create_base');
    expect(await opened.query('select id from base_thing')).toEqual([{ id: 1 }]);
    expect(await opened.upgrade()).toEqual([]);
  });

  it('throws the error that ends an upgrade', async () => {
    await using opened = await open('broken');
    await expect(opened.upgrade()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await expect(opened.upgrade('likes')).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
  });

  it('leaves nothing behind for the next test kernel', async () => {
    const opened = await open('notes');
    await opened.upgrade();
    await opened.query("insert into notes_kind (name) values ('left')");
    await opened.close();
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database });
    const kinds = await app.run(() => app.database.em.execute('select id from notes_kind'));
    expect(kinds).toHaveLength(3);
  });

  if (kind === 'pglite') return;

  it('is dropped when it is closed', async () => {
    const opened = await open('base');
    const [row] = await opened.query<{ name: string }>('select current_database() as name');
    const found = () => onServer('postgres', `select 1 from pg_database where datname = '${row?.name}'`);
    expect(await found()).toHaveLength(1);
    await opened.close();
    expect(await found()).toEqual([]);
  });
});

it('finds the sources of a linked plugin, in a process without the condition `headwater-source`', async () => {
  const { cwd } = await makeProject({ plugins: { notes: { revisions: { '0001_create_note': 'select 1' } } } });
  const code = `import { openTestDatabase } from '@headwater/dev/testing';
await using database = await openTestDatabase({ plugins: ['notes'], cwd: process.cwd() });
console.log((await database.upgrade('notes@head')).join());`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd });
  expect(stdout.trim()).toBe('notes@0001_create_note');
});
