import { defineEntity, LockMode, p, TransactionPropagation } from '@mikro-orm/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { extendEntity } from '../../src/contract/extend-entity.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { loadEntities, type OpenEntities } from '../../src/entities/load-entities.ts';
import type { PluginEntities } from '../../src/entities/plugin-entities.ts';

const NoteSchema = defineEntity({
  name: 'Note',
  tableName: 'core_note',
  properties: { id: p.integer().primary(), text: p.text() },
});
class Note extends NoteSchema.class {}
NoteSchema.setClass(Note);
const StarredNote = extendEntity(Note, { stars: p.integer().default(0) });

const core: PluginEntities = {
  name: 'core',
  package: 'core',
  requires: [],
  entities: [Note],
  extend: [],
  metadataProvider: null,
};
const stars: PluginEntities = {
  name: 'stars',
  package: 'stars',
  requires: ['core'],
  entities: [],
  extend: [StarredNote],
  metadataProvider: null,
};

const SampleSchema = defineEntity({
  name: 'Sample',
  tableName: 'core_sample',
  properties: {
    id: p.integer().primary(),
    day: p.date(),
    at: p.datetime(),
    amount: p.decimal().precision(6).scale(2),
    large: p.bigint(),
    data: p.json(),
    tags: p.array(),
  },
});
class Sample extends SampleSchema.class {}
SampleSchema.setClass(Sample);
const sampled: PluginEntities = { ...core, entities: [Sample] };
const sample = `
  create table core_sample (id int primary key, day date, at timestamptz, amount numeric(6, 2), large bigint, data jsonb, tags text[]);
  insert into core_sample values
    (1, '2026-01-02', '2026-01-02 03:04:05.678+00', 1.50, 9007199254740993, '{"a":[1]}', '{x,y}')`;

const table =
  'create table if not exists core_note (id serial primary key, text text not null, stars int not null default 0)';

/** The time in milliseconds after which a wait counts as a deadlock in these tests. */
const deadlockTimeout = 200;
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const opened = (kind: (typeof databaseKinds)[number]) => {
  let target: DatabaseTarget;
  let session: Session;
  let open: OpenEntities;
  beforeAll(async () => {
    target = kind === 'postgres' ? await emptyDatabase(kind) : { kind, directory: null, shown: 'pglite://' };
    session = await openSession(target);
    open = await openWith(core);
  });
  beforeEach(() => session.script(`${table}; truncate core_note`));
  afterAll(async () => {
    await open.close();
    await session.close();
  });
  const openWith = async (...sources: readonly PluginEntities[]): Promise<OpenEntities> =>
    (await loadEntities(sources, target, { deadlockTimeout })).open(session);
  return { openWith, session: () => session, open: () => open, database: () => open.database };
};

describe.each(databaseKinds)('the Database service on %s', (kind) => {
  const { openWith, session, open, database } = opened(kind);
  const texts = async (): Promise<readonly string[]> =>
    (await session().query<{ text: string }>('select text from core_note order by id')).map(({ text }) => text);

  it('can be used only inside a context, and throws otherwise', async () => {
    expect(() => database().em).toThrow(expect.objectContaining({ code: 'DATABASE_CONTEXT_MISSING' }));
    await expect(database().transactional(async () => 1)).rejects.toMatchObject({
      code: 'DATABASE_CONTEXT_MISSING',
      hint: expect.stringContaining('app.run(') as unknown,
    });
    await expect(database().inContext(async () => database().em.count(Note))).resolves.toBe(0);
  });

  it('shares no entities between contexts', async () => {
    await session().script("insert into core_note (text) values ('one')");
    const read = () => database().inContext(() => database().em.findOneOrFail(Note, { text: 'one' }));
    expect(await read()).not.toBe(await read());
  });

  it('uses the open transaction, even through an `em` obtained before the transaction', async () => {
    await database().inContext(async () => {
      const { em } = database();
      await database().transactional(async (inside) => {
        inside.create(Note, { text: 'kept' });
        await inside.flush();
        expect(await em.count(Note)).toBe(1);
        expect(await database().em.count(Note)).toBe(1);
      });
    });
    expect(await texts()).toEqual(['kept']);
  });

  it('rolls back a transaction that throws, but only the inner part of a nested one', async () => {
    const failing = () =>
      database().transactional(async (em) => {
        em.create(Note, { text: 'lost' });
        await em.flush();
        throw new Error('on purpose');
      });
    await database().inContext(async () => {
      await expect(failing()).rejects.toThrow('on purpose');
      await database().transactional(async (em) => {
        em.create(Note, { text: 'outer' });
        await em.flush();
        await expect(failing()).rejects.toThrow('on purpose');
      });
    });
    expect(await texts()).toEqual(['outer']);
  });

  it('counts correctly under concurrent transactions', async () => {
    await session().script("insert into core_note (id, text) values (1, 'liked')");
    const { database: starred, close } = await openWith(core, stars);
    const like = () =>
      starred.inContext(() =>
        starred.transactional(async (em) => {
          const note = await em.findOneOrFail(StarredNote.as, 1, { lockMode: LockMode.PESSIMISTIC_WRITE });
          note.stars += 1;
        }),
      );
    await Promise.all(Array.from({ length: 12 }, like));
    expect(await session().query('select stars from core_note')).toEqual([{ stars: 12 }]);
    await close();
  });

  it('has an extension’s columns only in the extending application, even if others share the classes', async () => {
    const extended = await openWith(core, stars);
    const columns = ({ orm }: OpenEntities) => Object.keys(orm.getMetadata(Note).properties);
    expect(columns(extended)).toEqual(['id', 'text', 'stars']);
    expect(columns(open())).toEqual(['id', 'text']);
    expect(columns(await openWith(core))).toEqual(['id', 'text']);
    expect(Object.keys(NoteSchema.meta.properties)).toEqual(['id', 'text']);
    await extended.database.inContext(async () => {
      expect(() => database().em).toThrow(expect.objectContaining({ code: 'DATABASE_CONTEXT_MISSING' }));
      const { em } = extended.database;
      em.create(StarredNote.as, { text: 'three', stars: 3 });
      await em.flush();
      expect(await em.find(StarredNote.as, { stars: { $gt: 2 } })).toHaveLength(1);
    });
    await extended.close();
    expect(await texts()).toEqual(['three']);
  });

  it('reads values the same way on both databases, through entities and through SQL', async () => {
    await session().script(sample);
    const { database: sampling, close } = await openWith(sampled);
    await sampling.inContext(async () => {
      const { em } = sampling;
      const found = await em.findOneOrFail(Sample, 1);
      expect({ ...found }).toEqual({
        id: 1,
        day: '2026-01-02',
        at: new Date('2026-01-02T03:04:05.678Z'),
        amount: '1.50',
        large: 9007199254740993n,
        data: { a: [1] },
        tags: ['x', 'y'],
      });
      const query =
        'select count(*), max(large), min(day), array_agg(day) as days, array_agg(large) as all from core_sample';
      expect(await em.transactional((inside) => inside.execute(query))).toEqual([
        { count: '1', max: '9007199254740993', min: '2026-01-02', days: ['2026-01-02'], all: ['9007199254740993'] },
      ]);
    });
    await close();
  });

  it('uses no named statements, so that any pooler works', async () => {
    await database().inContext(async () => {
      const { em } = database();
      em.create(Note, { text: 'x' });
      await em.flush();
      await em.find(Note, { text: 'x' });
      expect(await em.execute('select name from pg_prepared_statements')).toEqual([]);
    });
  });

  it('rejects the schema generator, which would drop tables of other plugins', () => {
    expect(() => open().orm.schema).toThrow(expect.objectContaining({ code: 'SCHEMA_UPDATE_REFUSED' }));
  });

  if (kind === 'postgres') return;

  describe('a query outside the open transaction that is awaited inside it, on the embedded database,', () => {
    const ways = {
      'of a fork': () => database().em.fork().count(Note),
      'in a transaction of a fork': () =>
        database()
          .em.fork()
          .transactional((em) => em.count(Note)),
      'in a transaction with propagation "requires new"': () =>
        database().em.transactional((em) => em.count(Note), { propagation: TransactionPropagation.REQUIRES_NEW }),
    };

    it.each(Object.entries(ways))('is an error after the deadlock timeout: %s', async (_, query) => {
      await database().inContext(async () => {
        const failure = database().transactional(async (em) => {
          em.create(Note, { text: 'lost' });
          await em.flush();
          return query();
        });
        await expect(failure).rejects.toMatchObject({
          code: 'DATABASE_DEADLOCK',
          details: { seconds: deadlockTimeout / 1000 },
        });
      });
      // Nothing remains: neither the row nor the place in the queue.
      await database().inContext(async () => expect(await database().em.count(Note)).toBe(0));
    });

    it('may be caught, so that the transaction continues', async () => {
      await database().inContext(() =>
        database().transactional(async (em) => {
          await ways['of a fork']().catch(() => {});
          em.create(Note, { text: 'kept' });
        }),
      );
      expect(await session().query('select text from core_note')).toEqual([{ text: 'kept' }]);
    });

    it('is not an error if the transaction does not await it, however long the transaction takes', async () => {
      let late: Promise<number> = Promise.resolve(0);
      const long = database().inContext(() =>
        database().transactional(async (em) => {
          em.create(Note, { text: 'long' });
          await em.flush();
          await sleep(deadlockTimeout * 2);
        }),
      );
      await sleep(20);
      const other = database().inContext(() => database().em.count(Note));
      await long;
      await expect(other).resolves.toBe(1);
      await database().inContext(() =>
        database().transactional(async () => {
          late = ways['of a fork']();
        }),
      );
      await expect(late).resolves.toBe(1);
    });
  });
});
