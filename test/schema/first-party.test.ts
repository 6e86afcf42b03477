import { Story } from '@headwater/app';
import { Activity, ContentObject, User } from '@headwater/plugin-core';
import { Comment, Reply } from '@headwater/plugin-comments';
import { Like, LikedObject } from '@headwater/plugin-likes';
import { Message, Participant } from '@headwater/plugin-messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { loadEntities, type OpenEntities } from '../../core/kernel/src/entities/entities.ts';
import { databaseKinds, emptyDatabase } from '../helper/database.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { differenceOf, inventoryOf, sourcesOf, subsets, upgradeTo } from './support.ts';

const everything = subsets.at(-1) ?? [];

describe.each(databaseKinds)('the first-party entities on %s', (kind) => {
  let target: DatabaseTarget;
  let session: Session;
  beforeAll(async () => {
    target = kind === 'postgres' ? await emptyDatabase(kind) : { kind, directory: null, shown: 'pglite://' };
    session = await openSession(target);
  });
  afterAll(() => session.close());

  async function withEntities(names: readonly string[], work: (open: OpenEntities) => Promise<void>): Promise<void> {
    const open = (await loadEntities(sourcesOf(names), target)).open(session);
    try {
      await work(open);
    } finally {
      await open.close();
    }
  }

  it.each(subsets.map((names) => ({ names })))('fit the revisions of $names', async ({ names }) => {
    await upgradeTo(session, names);
    await withEntities(names, async (open) => expect(await differenceOf(open)).toBe(''));
  });

  it('say whose everything is that their revisions made, and nothing else', async () => {
    await upgradeTo(session, everything);
    const { ownership } = await loadEntities(sourcesOf(everything), target);
    const owned = ownership.objects.filter(({ kind }) => kind !== 'entity');
    const names = owned.map(({ kind, table, name }) => `${kind} ${table === name ? name : `${table}.${name}`}`);
    expect(names.toSorted()).toEqual(await inventoryOf(session));
  });

  it('are not said to fit where they do not', async () => {
    await upgradeTo(session, everything);
    await session.script('alter table core_object drop column likes_count');
    await withEntities(everything, async (open) => {
      expect(await differenceOf(open)).toContain('alter table "core_object" add "likes_count" int not null default 0');
    });
  });

  it('are written and read: subtypes with their root, and the column on another plugin’s table', async () => {
    await upgradeTo(session, everything);
    await withEntities(everything, async ({ database }) => {
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

  it('work with the tables and the column of plugins that are off, and drop nothing of theirs', async () => {
    await upgradeTo(session, everything);
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
});
