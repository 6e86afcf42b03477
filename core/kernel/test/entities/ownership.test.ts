import { p } from '@mikro-orm/core';
import { describe, expect, it } from 'vitest';
import { extendEntity } from '../../src/contract/extend-entity.ts';
import { explainOwner, ownedNames } from '../../src/entities/explain-owner.ts';
import type { EntityOwnership } from '../../src/entities/entity-ownership.ts';
import { defaultName } from '../../src/sql/default-name.ts';
import { entity, load } from './support.ts';

const id = p.integer().primary();
const Person = entity('Person', 'core_person', { properties: { id } });
const Thing = entity('Thing', 'core_thing', {
  inheritance: 'tpt',
  properties: { id, createdAt: p.datetime().defaultRaw('now()') },
});
const Fan = entity('Fan', 'likes_fan', {
  properties: { thing: () => p.manyToOne(Thing).primary(), person: () => p.manyToOne(Person).primary().index() },
});
const Story = entity('Story', 'app_story', {
  extends: Thing,
  properties: { title: p.string().unique(), readers: () => p.manyToMany(Person), place: p.string().name('at') },
});
const core = { name: 'core', entities: [Person, Thing] };
const app = { name: 'app', entities: [Story] };
const likes = {
  name: 'likes',
  entities: [Fan],
  extend: [
    extendEntity(Thing, {
      likesCount: p.integer().default(0).index().check('likes_count >= 0'),
      pinnedBy: () => p.manyToOne(Person).nullable(),
      mood: () => p.enum(['good', 'bad']).nativeEnumName('likes_mood').nullable(),
      tone: () => p.enum(['loud', 'low']).nullable(),
    }),
  ],
};

function of(ownership: EntityOwnership, owner: string): readonly string[] {
  return ownership.objects
    .filter((object) => object.owner === owner)
    .map(({ kind, table, name }) => `${kind} ${table === null || table === name ? '' : `${table}.`}${name}`);
}

describe('an object of the entities', () => {
  it('belongs to its declaring plugin, including an extension’s columns and their keys and indexes', async () => {
    const { ownership } = await load(core, app, likes);
    expect(of(ownership, 'core')).toEqual([
      'entity core_person.Person',
      'entity core_thing.Thing',
      'table core_person',
      'column core_person.id',
      'sequence core_person.core_person_id_seq',
      'primary key core_person.core_person_pkey',
      'table core_thing',
      'column core_thing.id',
      'column core_thing.created_at',
      'sequence core_thing.core_thing_id_seq',
      'primary key core_thing.core_thing_pkey',
    ]);
    expect(of(ownership, 'likes')).toEqual([
      'entity likes_fan.Fan',
      'column core_thing.likes_count',
      'column core_thing.pinned_by_id',
      'column core_thing.mood',
      'column core_thing.tone',
      'index core_thing.core_thing_likes_count_index',
      'foreign key core_thing.core_thing_pinned_by_id_foreign',
      'check core_thing.core_thing_likes_count_check',
      'check core_thing.core_thing_tone_check',
      'table likes_fan',
      'column likes_fan.thing_id',
      'column likes_fan.person_id',
      'index likes_fan.likes_fan_person_id_index',
      'primary key likes_fan.likes_fan_pkey',
      'foreign key likes_fan.likes_fan_thing_id_foreign',
      'foreign key likes_fan.likes_fan_person_id_foreign',
      'enum likes_mood',
    ]);
    expect(of(ownership, 'app')).toEqual([
      'entity app_story.Story',
      'table app_story',
      'column app_story.title',
      'column app_story.at',
      'column app_story.id',
      'unique app_story.app_story_title_unique',
      'primary key app_story.app_story_pkey',
      'foreign key app_story.app_story_id_foreign',
      'pivot app_story_readers',
      'column app_story_readers.thing_id',
      'column app_story_readers.person_id',
      'primary key app_story_readers.app_story_readers_pkey',
      'foreign key app_story_readers.app_story_readers_thing_id_foreign',
      'foreign key app_story_readers.app_story_readers_person_id_foreign',
    ]);
  });

  it('is explained by any of its names (column, property, entity, index or enum); an unknown name is not', async () => {
    const { ownership } = await load(core, app, likes);
    const explanation =
      'column core_thing.likes_count: "likes" (plugin-likes), declared by Thing.likesCount; the table belongs to "core"';
    expect(explainOwner(ownership, 'core_thing.likes_count')).toBe(explanation);
    expect(explainOwner(ownership, 'Thing.likesCount')).toBe(explanation);
    expect(explainOwner(ownership, 'Story')).toBe('entity Story in app_story: "app" (plugin-app)');
    expect(explainOwner(ownership, 'core_thing')).toBe('table core_thing: "core" (plugin-core), declared by Thing');
    expect(explainOwner(ownership, 'likes_fan_pkey')).toBe(
      'primary key likes_fan_pkey on likes_fan (thing_id, person_id): "likes" (plugin-likes), declared by Fan',
    );
    expect(explainOwner(ownership, 'likes_mood')).toBe('enum likes_mood: "likes" (plugin-likes)');
    expect(explainOwner(ownership, 'core_thing.nothing')).toBeNull();
    for (const name of ownedNames(ownership)) expect(explainOwner(ownership, name), name).not.toBeNull();
  });

  it('has the same owner in every plugin set that includes the owner', async () => {
    const all = await load(core, app, likes);
    const alone = await load(core, likes);
    expect(of(alone.ownership, 'likes')).toEqual(of(all.ownership, 'likes'));
    expect(of(alone.ownership, 'core')).toEqual(of(all.ownership, 'core'));
  });

  it('has the sequence name that PostgreSQL chooses: the longer of table and column is truncated first', () => {
    expect(defaultName('core_person', 'id', 'seq')).toBe('core_person_id_seq');
    expect(defaultName('t'.repeat(63), 'c'.repeat(63), 'seq')).toBe(`${'t'.repeat(29)}_${'c'.repeat(29)}_seq`);
    expect(defaultName('t', 'c'.repeat(63), 'seq')).toBe(`t_${'c'.repeat(57)}_seq`);
  });
});
