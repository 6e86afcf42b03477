import { p } from '@mikro-orm/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainChange } from '../../src/difference/explain-change.ts';
import { extendEntity } from '../../../kernel/src/contract/extend-entity.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { entity } from '../../../kernel/test/entities/support.ts';
import { serverUrl } from '../../../../test/helper/database.ts';
import { openAuthoring, revisionOf, type InMemoryPlugin, type Authoring } from '../../../../test/helper/authoring.ts';

/** Returns core with one table, and a plugin that adds a column to it. */
function community(name: object, count: object, more: object = {}): readonly InMemoryPlugin[] {
  const item = entity('Item', 'core_item', { properties: { id: p.integer().primary(), name }, ...more });
  return [
    { name: 'core', entities: [item] },
    { name: 'likes', requires: ['core'], extend: [extendEntity(item, { likesCount: count })] },
  ];
}

const text = p.text();
const count = p.integer().default(0);

describe('an entity change', () => {
  let authoring: Authoring;
  const revisions: Revision[] = [];
  beforeAll(async () => {
    authoring = await openAuthoring(serverUrl('postgres'));
    for (const name of ['core', 'likes']) {
      const { revision } = await authoring.draft(community(text, count), revisions, name);
      if (revision !== null) revisions.push(revisionOf(revision));
    }
  });
  afterAll(() => authoring[Symbol.asyncDispose]());

  it.each([
    [
      "the type of core's column",
      community(p.string(), count),
      'core',
      'change column core_item.name: text → varchar(255)',
    ],
    [
      "the default of the plugin's column",
      community(text, p.integer().default(1)),
      'likes',
      'change column core_item.likes_count: default 0 → default 1',
    ],
    [
      "a comment on the plugin's column",
      community(text, p.integer().default(0).comment('x')),
      'likes',
      'set the comment of column core_item.likes_count',
    ],
    [
      "an index over the plugin's column",
      community(text, p.integer().default(0).index()),
      'likes',
      'add index core_item.core_item_likes_count_index over likes_count',
    ],
    [
      "a comment on core's table",
      community(text, count, { comment: 'x' }),
      'core',
      'set the comment of table core_item',
    ],
    [
      "row security of core's table",
      community(text, count, { rowLevelSecurity: true }),
      'core',
      'enable row security on core_item',
    ],
    [
      'a check over both columns',
      community(text, count, { checks: [{ name: 'c', expression: 'likes_count > length(name)' }] }),
      'core',
      'add check core_item.c over likes_count, name',
    ],
  ])('belongs to the owner of the object, whichever table it is on: %s', async (_, plugins, owner, change) => {
    const drift = await authoring.check(plugins, revisions);
    expect(drift.map(({ plugin, changes }) => ({ owner: plugin.name, changes: changes.map(explainChange) }))).toEqual([
      { owner, changes: [change] },
    ]);
  });

  it("of an installed plugin is reported, and left out of another plugin's revision", async () => {
    const [core, likes] = community(p.string(), p.integer().default(1));
    const plugins = [{ ...core, name: 'core', from: 'built' } as const, { ...likes, name: 'likes' }];
    const { revision, installed } = await authoring.draft(plugins, revisions, 'likes');
    expect(installed.flatMap(({ changes }) => changes.map(explainChange))).toEqual([
      'change column core_item.name: text → varchar(255)',
    ]);
    expect(revision?.up).toBe('alter table "core_item" alter column "likes_count" set default 1;');
    expect(revision?.down).toBe('alter table "core_item" alter column "likes_count" set default 0;');
  });
});
