import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, onServer, serverUrl, testDatabase } from '../../../../test/helper/database.ts';
import { startTestKernel, type TestKernel } from '../../src/testing.ts';
import { execute, makeNotes } from './notes.ts';

describe.each(databaseKinds)('a reset on %s', (kind) => {
  let app: TestKernel;
  beforeAll(async () => {
    const { cwd } = await makeNotes();
    app = await startTestKernel({ plugins: ['notes'], cwd, database: testDatabase(kind) });
  });
  beforeEach(() => app.reset());
  afterAll(() => app.stop());

  const kinds = () => execute(app, 'select * from notes_kind order by id');
  const notes = () => execute(app, 'select * from notes_note order by id');
  const totals = () => execute(app, 'select * from notes_total');

  it('restores the rows that revisions and start wrote', async () => {
    const before = [await kinds(), await notes(), await totals()];
    await execute(app, 'delete from notes_total');
    await execute(app, "update notes_note set text = 'changed'");
    await execute(app, 'delete from notes_note');
    await execute(app, "update notes_kind set name = 'changed' where id = 2");
    await execute(app, "insert into notes_kind (name, parent) values ('new', 3)");
    await execute(app, "insert into notes_note (kind, text) values (4, 'new')");
    await app.reset();
    expect([await kinds(), await notes(), await totals()]).toEqual(before);
    expect(before).toEqual([
      [
        { id: 1, name: 'plain', parent: null },
        { id: 2, name: `it's "urgent", \\ really`, parent: 1 },
        { id: 3, name: '', parent: null },
      ],
      [{ id: 1, kind: 2, text: 'welcome', size: 7 }],
      [{ kind: 2, notes: 1 }],
    ]);
  });

  it.each(['once', 'twice'])('restores sequences: %s', async () => {
    const added = await execute(app, "insert into notes_note (kind, text) values (1, 'new') returning id");
    expect(added).toEqual([{ id: 2 }]);
    const drawn = await execute(
      app,
      "select nextval('notes_ticket')::int as ticket, nextval('notes_number')::int as number",
    );
    expect(drawn).toEqual([{ ticket: 2, number: 1000 }]);
  });

  it('empties tables that were empty, despite foreign keys', async () => {
    await execute(app, 'insert into base_thing default values');
    const user = await execute(app, "insert into core_user (name) values ('ada') returning id");
    await execute(app, `insert into core_object (author_id) values (${Number(user[0]?.['id'])})`);
    await app.reset();
    expect(
      await execute(app, 'select from base_thing union all select from core_user union all select from core_object'),
    ).toEqual([]);
  });

  it('leaves triggers and foreign keys enabled', async () => {
    await execute(app, "insert into notes_note (kind, text) values (2, 'new')");
    expect(await totals()).toEqual([{ kind: 2, notes: 2 }]);
    await expect(execute(app, 'delete from notes_kind where id = 2')).rejects.toThrow('foreign key');
  });

  it('waits for an open transaction', async () => {
    const began = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const writing = app.run(() =>
      app.database.transactional(async (em) => {
        await em.execute("insert into notes_note (kind, text) values (1, 'late')");
        began.resolve();
        await end.promise;
      }),
    );
    await began.promise;
    const reset = app.reset();
    end.resolve();
    await Promise.all([writing, reset]);
    expect(await notes()).toHaveLength(1);
  });
});

describe('a user who may only create databases', () => {
  it('can start test kernels, and learns which privilege a reset needs', async () => {
    const name = `tester_${randomBytes(6).toString('hex')}`;
    await onServer('postgres', `create role ${name} login createdb password 'tester'`);
    const { cwd } = await makeNotes();
    const database = serverUrl('postgres').replace('postgres:postgres@', `${name}:tester@`);
    await using app = await startTestKernel({ plugins: ['notes'], cwd, database });
    expect(await execute(app, 'select text from notes_note')).toEqual([{ text: 'welcome' }]);
    await expect(app.reset()).rejects.toMatchObject({
      code: 'DATABASE_PRIVILEGE',
      details: { missing: expect.stringContaining('session_replication_role') as unknown },
    });
  });
});
