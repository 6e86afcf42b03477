import { Story } from '@headwater/app';
import { Comment, Reply } from '@headwater/plugin-comments';
import { Activity, ContentObject, User } from '@headwater/plugin-core';
import { Like, LikedObject } from '@headwater/plugin-likes';
import { Message, Participant } from '@headwater/plugin-messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { loadEntities, type OpenEntities } from '../../core/kernel/src/entities/load-entities.ts';
import type { PluginEntities } from '../../core/kernel/src/entities/plugin-entities.ts';
import { databaseKinds, emptyDatabase } from '../helper/database.ts';
import { revisionsUpTo } from '../helper/revision-files.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { inventoryOf } from './inventory.ts';
import { firstPartyPlugins, pluginSets, revisionsOf, sqlOf } from './plugins.ts';

const allPlugins = firstPartyPlugins.map(({ name }) => name);

/** Empties the database, creates a schema in place of the ledger's, and applies the revisions of these plugins. */
async function upgradeTo(session: Session, names: readonly string[]): Promise<void> {
  const revisions = await revisionsOf(firstPartyPlugins.filter(({ name }) => names.includes(name)));
  const sql = revisionsUpTo(revisions, 'heads').map((revision) => sqlOf(revision));
  await session.script(
    'drop schema if exists kernel cascade; create schema kernel; create table kernel.ledger (seq int); ' +
      `drop schema public cascade; create schema public; ${sql.join('\n')}`,
  );
}

/** Returns the entities of these plugins, as the kernel passes them to `loadEntities`. */
function entitiesOf(names: readonly string[]): readonly PluginEntities[] {
  return firstPartyPlugins
    .filter(({ name }) => names.includes(name))
    .map(({ name, package: from, requires, definition: { entities = [], extend = [] } }) => ({
      name,
      package: from,
      requires,
      entities,
      extend,
      metadataProvider: null,
    }));
}

/** Returns the SQL with which MikroORM would adapt the database to its entities. Empty if the two match. */
async function differenceOf({ orm }: OpenEntities): Promise<string> {
  const generator = orm.driver.getPlatform().getSchemaGenerator(orm.driver, orm.em);
  return generator.getUpdateSchemaSQL({ wrap: false });
}

describe.each(databaseKinds)('the first-party entities on %s', (kind) => {
  let target: DatabaseTarget;
  let session: Session;
  beforeAll(async () => {
    target = kind === 'postgres' ? await emptyDatabase(kind) : { kind, directory: null, shown: 'pglite://' };
    session = await openSession(target);
  });
  afterAll(() => session.close());

  async function withEntities(names: readonly string[], work: (open: OpenEntities) => Promise<void>): Promise<void> {
    const open = (await loadEntities(entitiesOf(names), target)).open(session);
    try {
      await work(open);
    } finally {
      await open.close();
    }
  }

  it.each(pluginSets.map((plugins) => ({ plugins })))(
    'match the revisions of core and $plugins',
    async ({ plugins }) => {
      const names = ['core', ...plugins];
      await upgradeTo(session, names);
      await withEntities(names, async (open) => expect(await differenceOf(open)).toBe(''));
    },
  );

  it('own exactly the objects that the revisions create', async () => {
    await upgradeTo(session, allPlugins);
    const { ownership } = await loadEntities(entitiesOf(allPlugins), target);
    const owned = ownership.objects.filter(({ kind }) => kind !== 'entity');
    const names = owned.map(({ kind, table, name }) => `${kind} ${table === name ? name : `${table}.${name}`}`);
    expect(names.toSorted()).toEqual(await inventoryOf(session));
  });

  it('do not match a schema that lacks a column', async () => {
    await upgradeTo(session, allPlugins);
    await session.script('alter table core_object drop column likes_count');
    await withEntities(allPlugins, async (open) => {
      expect(await differenceOf(open)).toContain('alter table "core_object" add "likes_count" int not null default 0');
    });
  });

  it('can be written and read, including subtypes and a column on the table of another plugin', async () => {
    await upgradeTo(session, allPlugins);
    await withEntities(allPlugins, async ({ database }) => {
      await database.inContext(async () => {
        const { em } = database;
        const ada = em.create(User, { name: 'ada' });
        const story = em.create(Story, { author: ada, title: 'A river' });
        const comment = em.create(Comment, { author: ada, inReplyTo: story, body: 'Which?' });
        em.create(Reply, { actor: ada, verb: 'reply', object: story, comment });
        em.create(Like, { user: ada, object: story });
        const message = em.create(Message, { sender: ada, subject: 'Hello', body: 'You' });
        em.create(Participant, { message, user: ada });
        await em.flush();
      });
      await database.inContext(() =>
        database.transactional(async (em) => {
          const object = await em.findOneOrFail(
            LikedObject.as,
            { author: { name: 'ada' }, likesCount: 0 },
            { orderBy: { id: 'asc' } },
          );
          object.likesCount += 1;
        }),
      );
      await database.inContext(async () => {
        const { em } = database;
        const objects = await em.find(LikedObject.as, {}, { orderBy: { id: 'asc' } });
        expect(objects.map((object) => [object.constructor, object.likesCount])).toEqual([
          [Story, 1],
          [Comment, 0],
        ]);
        const [reply] = await em.find(Activity, {}, { populate: ['object', 'actor'] });
        expect(reply).toBeInstanceOf(Reply);
        expect(reply?.object).toBeInstanceOf(Story);
        expect(reply?.actor.name).toBe('ada');
        const [message] = await em.find(Message, {}, { populate: ['participants'] });
        expect(message?.participants.getItems().map(({ name }) => name)).toEqual(['ada']);
      });
    });
  });

  it('work alongside the tables and the column of disabled plugins, and drop neither', async () => {
    await upgradeTo(session, allPlugins);
    await session.script("insert into core_user (name) values ('ada')");
    await session.script('insert into core_object (author_id, likes_count) values (1, 7)');
    await withEntities(['core', 'app'], async ({ database }) => {
      await database.inContext(async () => {
        const { em } = database;
        const author = await em.findOneOrFail(User, { name: 'ada' });
        em.create(Story, { author, title: 'Without likes' });
        await em.flush();
        expect(await em.count(ContentObject)).toBe(2);
      });
    });
    const rows = await session.query(
      'select likes_count, title from core_object left join app_story using (id) order by id',
    );
    expect(rows).toEqual([
      { likes_count: 7, title: null },
      { likes_count: 0, title: 'Without likes' },
    ]);
    expect(
      await session.query("select 1 from pg_tables where tablename in ('likes_like', 'comments_comment')"),
    ).toHaveLength(2);
  });

  it("equal the schema that MikroORM creates from core's entities, name by name", async () => {
    await upgradeTo(session, ['core']);
    const migrated = await dumpSchema((text) => session.query(text));
    await session.script('drop schema public cascade; create schema public');
    await session.script(await (await loadEntities(entitiesOf(['core']), target)).createSql());
    expect(migrated).toEqual(await dumpSchema((text) => session.query(text)));
  });
});
