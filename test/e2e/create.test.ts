import { beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession } from '../../core/kernel/src/db/session.ts';
import { catalogReader } from '../../core/kernel/src/catalog/read-catalog.ts';
import type { Catalog } from '../../core/kernel/src/catalog/catalog.ts';
import { differenceOf } from '../../core/dev/src/difference/catalog-difference.ts';
import { explainChange } from '../../core/dev/src/difference/explain-change.ts';
import { emptyDatabase, serverUrl, urlOf } from '../helper/database.ts';
import { entitiesSource, type EntitiesSketch } from '../helper/entities-source.ts';
import type { Finished } from '../helper/kernel-process.ts';
import { makeProject, type Project } from '../helper/project.ts';

interface Created {
  readonly revision: string;
  readonly file: string;
  readonly changes: readonly string[];
  readonly dependsOn: readonly { readonly revision: string }[];
  readonly breaking: string | null;
}

/** The entities of each plugin. */
type Application = Readonly<Record<'core' | 'likes' | 'tags', EntitiesSketch>>;

const first: Application = {
  core: {
    entities: {
      User: {
        table: 'core_user',
        properties: { name: 'p.string().length(64).unique()', age: 'p.integer().nullable()' },
      },
      Item: {
        table: 'core_item',
        rest: `inheritance: 'tpt', comment: 'What users make', checks: [{ name: 'core_item_price', expression: 'price >= 0' }],`,
        properties: {
          author: '() => p.manyToOne(User).index()',
          price: `p.integer().default(0).comment('In cents')`,
          gross: `p.integer().generated('(price * 2) stored')`,
          kind: `p.enum(['a', 'b']).nativeEnumName('core_kind').default('a')`,
          at: `p.datetime().defaultRaw('now()')`,
        },
      },
    },
  },
  likes: {
    imports: { core: 'Item, User' },
    entities: {
      Like: {
        table: 'likes_like',
        rest: `uniques: [{ properties: ['user', 'item'] }],
          indexes: [
            { name: 'likes_like_loud', expression: 'create index "likes_like_loud" on "likes_like" ("item_id") where loud' },
            { name: 'likes_like_lower', expression: 'create index "likes_like_lower" on "likes_like" (lower("note"))' },
          ],`,
        properties: {
          user: '() => p.manyToOne(User)',
          item: `() => p.manyToOne(Item).deleteRule('cascade')`,
          loud: 'p.boolean().default(false)',
          note: 'p.text().nullable()',
          mood: `p.enum(['good', 'so so', 'bad']).nativeEnumName('likes_mood').default('good')`,
        },
      },
      Liked: { table: 'likes_liked', base: 'Item', properties: { since: 'p.date().nullable()' } },
    },
    extend: { Item: `likesCount: p.integer().default(0).index()` },
  },
  tags: {
    imports: { core: 'User', likes: 'Like' },
    entities: {
      Tag: {
        table: 'tag',
        rest: `schema: 'tags',`,
        properties: {
          word: 'p.string().unique()',
          likes: '() => p.manyToMany(Like)',
          owner: '() => p.manyToOne(User).nullable()',
        },
      },
    },
  },
};

/** More columns, other types, other values, other names. */
const second: Application = {
  core: {
    entities: {
      ...first.core.entities,
      User: {
        table: 'core_user',
        properties: {
          name: 'p.string().length(128).unique()',
          age: 'p.bigint().nullable()',
          email: `p.string().default('')`,
        },
      },
    },
  },
  likes: {
    ...first.likes,
    entities: {
      ...first.likes.entities,
      Like: {
        table: 'likes_like',
        rest: `uniques: [{ properties: ['user', 'item'] }],
          indexes: [{ name: 'likes_like_lower', expression: 'create index "likes_like_lower" on "likes_like" (lower("remark"))' }],
          checks: [{ name: 'likes_like_weight', expression: 'weight > 0' }],`,
        properties: {
          user: '() => p.manyToOne(User)',
          item: `() => p.manyToOne(Item).deleteRule('cascade')`,
          loud: 'p.boolean().default(false)',
          remark: 'p.text().nullable()',
          weight: 'p.integer().default(1)',
          mood: `p.enum(['best', 'good', 'so so', 'bad']).nativeEnumName('likes_mood').default('good')`,
        },
      },
    },
    extend: { Item: `likesCount: p.integer().default(0).index(), topLike: () => p.manyToOne(Like).nullable()` },
  },
  tags: {
    ...first.tags,
    entities: {
      Word: {
        table: 'word',
        rest: `schema: 'tags',`,
        properties: {
          word: 'p.string().unique()',
          likes: "() => p.manyToMany(Like).pivotTable('tags.tag_likes').joinColumn('tag_id')",
          owner: '() => p.manyToOne(User).nullable()',
        },
      },
    },
  },
};

/** Fewer entities and columns. */
const third: Application = {
  core: {
    entities: {
      User: {
        table: 'core_user',
        properties: { name: 'p.string().length(128)', email: `p.string().default('')` },
      },
      Item: {
        table: 'core_item',
        rest: `inheritance: 'tpt',`,
        properties: { author: '() => p.manyToOne(User)', price: 'p.integer()' },
      },
    },
  },
  likes: {
    imports: { core: 'Item' },
    entities: {
      Like: {
        table: 'likes_like',
        properties: {
          item: `() => p.manyToOne(Item).deleteRule('cascade')`,
          mood: `p.enum(['good', 'bad']).nativeEnumName('likes_mood').default('bad')`,
        },
      },
    },
  },
  tags: {},
};

/**
 * Runs `migrate:create` for successive changes to the entities of three plugins. The tests depend on each other: each
 * begins with the result of the one before.
 */
describe('revisions created from entities on disk', { timeout: 120_000 }, () => {
  let project: Project;
  let target: DatabaseTarget;
  const server = serverUrl('postgres');

  beforeAll(async () => {
    target = await emptyDatabase('postgres');
    const entities = (name: keyof Application): string => entitiesSource(first[name]);
    project = await makeProject({
      database: target,
      plugins: {
        core: { entities: entities('core') },
        likes: { requires: ['core'], entities: entities('likes') },
        tags: { requires: ['core', 'likes'], entities: entities('tags') },
      },
    });
  });

  const ok = async (...args: readonly string[]): Promise<Finished> => {
    const done = await project.kernel(...args);
    expect(done, `${args.join(' ')}\n${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return done;
  };
  const create = async (...args: readonly string[]): Promise<Created> =>
    (await ok('migrate:create', ...args, '--json')).json() as Created;
  const rewrite = ({ ...texts }: Application): void => {
    for (const [name, text] of Object.entries(texts)) project.writeEntities(name, entitiesSource(text));
  };
  const catalog = async (): Promise<Catalog> => {
    const session = await openSession(target);
    try {
      return await catalogReader(session)();
    } finally {
      await session.close();
    }
  };
  const changesSince = async (before: Catalog): Promise<readonly string[]> =>
    differenceOf(before, await catalog()).map(explainChange);
  /** `tags` requires the other plugins, so the command refuses if any of them has changes without a revision. */
  const expectNoChanges = async (): Promise<void> => {
    expect((await ok('migrate:create', 'tags', '--check', '--shadow', server)).stdout).toMatch(
      /tags (?:has no changes|declares no entities)/,
    );
  };

  it('are refused while a required plugin has changes without a revision', async () => {
    const refused = await project.kernel('migrate:create', 'likes', '--shadow', server, '--json');
    expect(refused.code).toBe(40);
    expect(refused.json()).toMatchObject({
      error: {
        code: 'CHANGES_UNRECORDED',
        details: { plugin: 'likes', other: 'core' },
        hint: expect.stringContaining('kernel migrate:create core') as unknown,
      },
    });
  });

  it('create all kinds of objects, each plugin its own, and boot', async () => {
    const core = await create('core');
    expect(core).toMatchObject({ revision: 'core@0001_create_item_and_user', breaking: null, dependsOn: [] });
    const likes = await create('likes', '--shadow', server);
    expect(likes).toMatchObject({
      revision: 'likes@0001_create_like_and_liked',
      dependsOn: [{ revision: core.revision }],
    });
    expect(likes.changes).toContain('add column core_item.likes_count int');
    expect(likes.changes.filter((change) => change.includes('core_user'))).toEqual([]);
    const tags = await create('tags', '--shadow', server);
    // The revision of likes already depends on that of core.
    expect(tags.dependsOn.map(({ revision }) => revision)).toEqual([likes.revision]);
    expect(tags.changes).toContain('create table tags.tag_likes');
    await expectNoChanges();
    expect((await ok('start', '--once', '--json')).json()).toMatchObject({
      applied: [core.revision, likes.revision, tags.revision],
    });
  });

  it('change the objects of three plugins, and rename those given with --rename', async () => {
    const before = await catalog();
    rewrite(second);
    const core = await create('core', '--shadow', server);
    expect(core.changes).toContain('change column core_user.age: int → bigint');
    const likes = await create('likes', '--rename', 'likes_like.note:remark', '--shadow', server);
    expect(likes.changes).toContain('rename column likes_like.note to remark');
    expect(likes.changes).toContain('change enum likes_mood: +best');
    expect(likes.changes).toContain('add column core_item.top_like_id int');
    expect(likes.changes.filter((change) => /remark|note/.test(change))).toHaveLength(1);
    const tags = await create('tags', '--rename', 'tags.tag:tags.word', '--shadow', server);
    expect(tags.changes.filter((change) => change.includes('table'))).toEqual(['rename table tags.tag to tags.word']);
    await expectNoChanges();
    const { applied } = (await ok('start', '--once', '--json')).json() as { readonly applied: readonly string[] };
    expect(applied.toSorted()).toEqual([core.revision, likes.revision, tags.revision]);
    const after = await catalog();
    // Down again, in one plan.
    await ok('migrate:down', 'core@-1', '--cascade');
    for (const plugin of ['tags', 'likes']) await ok('migrate:down', `${plugin}@0001`);
    expect(await changesSince(before)).toEqual([]);
    await ok('migrate:up');
    expect(await changesSince(after)).toEqual([]);
  });

  it('drop the objects that no entity declares any more, dependents first', async () => {
    project.writeEntities('tags', entitiesSource(third.tags));
    const tags = await create('tags', '--shadow', server);
    expect(tags.changes).toContain('drop table tags.word');
    expect(tags.breaking).not.toBeNull();
    project.writeEntities('likes', entitiesSource(third.likes));
    const likes = await create('likes', '--shadow', server);
    expect(likes.changes).toContain('drop table likes_liked');
    expect(likes.changes).toContain('drop column core_item.likes_count');
    expect(likes.changes).toContain('change enum likes_mood: -best, -so so');
    project.writeEntities('core', entitiesSource(third.core));
    const core = await create('core', '--shadow', server);
    expect(core.changes).toContain('drop column core_item.gross');
    expect(core.changes).toContain('drop enum core_kind');
    await expectNoChanges();
    await ok('start', '--once');
  });

  it('produce the same schema in an embedded database, all at once', async () => {
    const expected = await catalog();
    target = await emptyDatabase('pglite');
    project.reconfigure((config) => (config['database'] = urlOf(target)));
    await ok('start', '--once');
    expect(await changesSince(expected)).toEqual([]);
  });
});
