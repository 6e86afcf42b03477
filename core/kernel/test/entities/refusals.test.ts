import { defineEntity, p } from '@mikro-orm/core';
import { describe, expect, it } from 'vitest';
import { extendEntity } from '../../src/contract/extend-entity.ts';
import { entity, holding, load, refusal } from './support.ts';

const id = p.integer().primary();
const Thing = entity('Thing', 'core_thing', { inheritance: 'tpt', properties: { id, name: p.string() } });
const Person = entity('Person', 'core_person', { properties: { id } });
const Place = entity('Place', '', { embeddable: true, properties: { city: p.string() } });
const core = { name: 'core', entities: [Thing, Person, Place] };

const likes = { plugin: 'likes', package: 'plugin-likes' };
const both = (core: string, likes: string) => [
  { plugin: 'core', package: 'plugin-core', name: core },
  { plugin: 'likes', package: 'plugin-likes', name: likes },
];

describe('two declarations', () => {
  it('of the same entity name are rejected, naming both plugins', async () => {
    const again = entity('Person', 'likes_person', { properties: { id } });
    expect(await refusal(core, { name: 'likes', entities: [again] })).toMatchObject({
      code: 'ENTITY_COLLISION',
      exitCode: 14,
      message:
        'The entity "Person" is declared twice: by the plugin "core" (plugin-core) and by the plugin "likes" (plugin-likes).',
    });
  });

  it('of the same table are rejected, naming both plugins and their entities', async () => {
    const other = entity('Fan', 'core_person', { properties: { id } });
    expect(await refusal(core, { name: 'likes', entities: [other] })).toMatchObject({
      code: 'ENTITY_COLLISION',
      details: { what: 'table', name: 'core_person', claims: both('Person', 'Fan') },
    });
  });

  it('of the same pivot table are rejected, naming both plugins and their relations', async () => {
    const Team = entity('Team', 'core_team', {
      properties: { id, people: () => p.manyToMany(Person).pivotTable('people') },
    });
    const Club = entity('Club', 'likes_club', {
      properties: { id, people: () => p.manyToMany(Person).pivotTable('people') },
    });
    expect(
      await refusal({ ...core, entities: [Thing, Person, Team] }, { name: 'likes', entities: [Club] }),
    ).toMatchObject({
      code: 'ENTITY_COLLISION',
      details: { what: 'table', name: 'people' },
    });
  });

  it('of the same enum type are rejected if the values differ; otherwise the first plugin owns it', async () => {
    const using = (name: string, items: readonly string[]) =>
      entity(name, name.toLowerCase(), { properties: { id, mood: () => p.enum([...items]).nativeEnumName('mood') } });
    const Mine = using('Mine', ['good', 'bad']);
    expect(
      await refusal({ name: 'core', entities: [Mine] }, { name: 'likes', entities: [using('Other', ['bad'])] }),
    ).toMatchObject({
      code: 'ENTITY_COLLISION',
      details: { what: 'enum', name: 'mood', claims: both('Mine.mood', 'Other.mood') },
    });
    const { ownership } = await load(
      { name: 'core', entities: [Mine] },
      { name: 'likes', entities: [using('Same', ['good', 'bad'])] },
    );
    expect(ownership.objects.find(({ kind }) => kind === 'enum')).toMatchObject({ name: 'mood', owner: 'core' });
  });

  it('of the same property are rejected, whether by the entity and an extension or by two extensions', async () => {
    const name = extendEntity(Thing, { name: p.string().nullable() });
    expect(await refusal(core, { name: 'likes', extend: [name] })).toMatchObject({
      code: 'COLUMN_COLLISION',
      details: { what: 'property', name: 'Thing.name', claims: both('Thing.name', 'Thing.name') },
    });
    const count = extendEntity(Thing, { count: p.integer().default(0) });
    expect(await refusal(core, { name: 'likes', extend: [count] }, { name: 'votes', extend: [count] })).toMatchObject({
      code: 'COLUMN_COLLISION',
      details: { claims: [{ plugin: 'likes' }, { plugin: 'votes' }] },
    });
  });

  it('of the same property in an inheritance line are rejected: the subtype’s column would vanish', async () => {
    const Story = entity('Story', 'app_story', { extends: Thing, properties: { title: p.string() } });
    const title = extendEntity(Thing, { title: p.string().nullable() });
    expect(await refusal(core, { name: 'app', entities: [Story] }, { name: 'likes', extend: [title] })).toMatchObject({
      code: 'COLUMN_COLLISION',
      details: {
        claims: [
          { plugin: 'likes', name: 'Thing.title' },
          { plugin: 'app', name: 'Story.title' },
        ],
      },
    });
  });

  it('of the same column are rejected, even if the properties have different names', async () => {
    const label = extendEntity(Thing, { label: p.string().fieldName('name').nullable() });
    expect(await refusal(core, { name: 'likes', extend: [label] })).toMatchObject({
      code: 'COLUMN_COLLISION',
      details: { what: 'column', name: 'core_thing.name', claims: both('Thing.name', 'Thing.label') },
    });
  });
});

describe('a property of an extension', () => {
  const extended = (properties: Readonly<Record<string, object>>) =>
    refusal(core, { name: 'likes', extend: [extendEntity(Thing, properties)] });

  it.each([
    ['a plain column', { count: p.integer() }],
    ['a default that is set in code', { count: p.integer().onCreate(() => 0) }],
    ['a relation', { count: () => p.manyToOne(Person).fieldName('count') }],
    ['a default that is null', { count: p.integer().defaultRaw('null') }],
  ])('is rejected with the reason if its column is required without a database default: %s', async (_, properties) => {
    expect(await extended(properties)).toMatchObject({
      code: 'EXTENSION_REQUIRED',
      exitCode: 12,
      details: { ...likes, entity: 'Thing', property: 'count', table: 'core_thing', column: 'count' },
      message: holding('Without this plugin, every insert into that table would fail'),
    });
  });

  it('is also rejected inside an embedded object', async () => {
    expect(await extended({ place: () => p.embedded(Place) })).toMatchObject({
      code: 'EXTENSION_REQUIRED',
      details: { property: 'place', column: 'place_city' },
    });
  });

  it('is allowed if it is nullable, has a default, is generated, or is not a column', async () => {
    const properties = {
      a: p.integer().default(0),
      b: p.datetime().defaultRaw('now()'),
      c: p.string().nullable(),
      d: () => p.manyToOne(Person).nullable(),
      e: p.integer().generated('id * 2 stored'),
      f: p.integer().persist(false),
      g: () => p.embedded(Place).nullable(),
    };
    const { ownership } = await load(core, { name: 'likes', extend: [extendEntity(Thing, properties)] });
    const columns = ownership.objects.filter(({ kind, owner }) => kind === 'column' && owner === 'likes');
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd_id', 'e', 'g_city']);
  });

  it.each<
    [relation: string, ofTag: object, properties: (tag: never) => Readonly<Record<string, object>>, added: string[]]
  >([
    ['many-to-many', {}, (tag) => ({ tags: () => p.manyToMany(tag).owner() }), ['pivot core_person_tags']],
    ['many-to-many without owner()', {}, (tag) => ({ tags: () => p.manyToMany(tag) }), ['pivot core_person_tags']],
    ['many-to-many with a table', {}, (tag) => ({ tags: () => p.manyToMany(tag).pivotTable('t') }), ['pivot t']],
    [
      'many-to-many in order',
      {},
      (tag) => ({ tags: () => p.manyToMany(tag).fixedOrder() }),
      ['pivot core_person_tags'],
    ],
    ['many-to-many to itself', {}, () => ({ pals: () => p.manyToMany(Person) }), ['pivot core_person_pals']],
    [
      'one-to-many',
      { fan: () => p.manyToOne(Person) },
      (tag) => ({ tags: () => p.oneToMany(tag).mappedBy('fan') }),
      [],
    ],
    [
      'inverse one-to-one',
      { fan: () => p.oneToOne(Person).owner() },
      (tag) => ({ tag: () => p.oneToOne(tag).mappedBy('fan') }),
      [],
    ],
  ])('needs no default if its columns are in another table: %s', async (_, ofTag, properties, added) => {
    const Tag = entity('Tag', 'likes_tag', { properties: { id, ...ofTag } });
    const extension = extendEntity(Person, properties(Tag as never));
    const { ownership } = await load(core, { name: 'likes', entities: [Tag], extend: [extension] });
    const owned = ownership.objects.filter(({ owner, table }) => owner === 'likes' && table !== 'likes_tag');
    expect(owned.filter(({ kind }) => kind === 'pivot').map(({ kind, name }) => `${kind} ${name}`)).toEqual(added);
    expect(owned.every(({ table }) => added.includes(`pivot ${table}`))).toBe(true);
  });

  it('must not be a primary key, or a relation whose pivot table would be created again for each subtype', async () => {
    expect(await extended({ key: p.integer().primary() })).toMatchObject({ code: 'EXTENSION_INVALID' });
    expect(await extended({ fans: () => p.manyToMany(Person) })).toMatchObject({
      code: 'EXTENSION_INVALID',
      message: holding('.pivotEntity('),
    });
  });

  it('must extend an entity with a table, and must be created by extendEntity', async () => {
    const city = extendEntity(Place, { country: p.string().nullable() });
    expect(await refusal(core, { name: 'likes', extend: [city] })).toMatchObject({
      code: 'EXTENSION_INVALID',
    });
    expect(await refusal(core, { name: 'likes', extend: [{ count: 1 }] })).toMatchObject({ code: 'EXTENSION_INVALID' });
  });
});

describe('an entity of another plugin', () => {
  const Friend = entity('Friend', 'friends_friend', { properties: { id } });
  const Fan = entity('Fan', 'likes_fan', { properties: { id, friend: () => p.manyToOne(Friend) } });
  const Best = entity('Best', 'likes_best', { extends: Friend, properties: { since: p.datetime() } });
  const friends = { name: 'friends', entities: [Friend] };
  const uses = [
    ['refers to', { entities: [Fan] }, 'Fan.friend'],
    ['inherits from', { entities: [Best] }, 'Best'],
    ['extends', { extend: [extendEntity(Friend, { count: p.integer().default(0) })] }, '"extend"'],
  ] as const;

  it.each(uses)('is rejected if no active plugin lists it: %s', async (how, sketch, from) => {
    expect(await refusal(core, { name: 'likes', ...sketch })).toMatchObject({
      code: 'ENTITY_NOT_REGISTERED',
      exitCode: 14,
      details: { ...likes, uses: how, entity: 'Friend', from },
    });
  });

  it.each(uses)('is rejected if its plugin is not required, naming the package: %s', async (how, sketch) => {
    expect(await refusal(core, friends, { name: 'likes', ...sketch })).toMatchObject({
      code: 'ENTITY_NOT_REQUIRED',
      details: { ...likes, uses: how, entity: 'Friend', owner: 'friends', ownerPackage: 'plugin-friends' },
      hint: holding('"plugin-friends"'),
    });
  });

  it('must be listed even if it is only a schema, a pivot entity or an embeddable', async () => {
    const Tag = defineEntity({ name: 'Tag', tableName: 'likes_tag', properties: { id } });
    const Tagged = entity('Tagged', 'likes_tagged', { properties: { id, tag: () => p.manyToOne(Tag) } });
    expect(await refusal(core, { name: 'likes', entities: [Tagged] })).toMatchObject({
      code: 'ENTITY_NOT_REGISTERED',
      details: { entity: 'Tag' },
    });
    await expect(load(core, { name: 'likes', entities: [Tagged, Tag] })).resolves.toBeDefined();
    const Member = entity('Member', 'likes_member', {
      properties: { club: () => p.manyToOne(Club).primary(), person: () => p.manyToOne(Person).primary() },
    });
    const Club = entity('Club', 'likes_club', {
      properties: { id, members: () => p.manyToMany(Person).pivotEntity(() => Member) },
    });
    expect(await refusal(core, { name: 'likes', entities: [Club] })).toMatchObject({
      code: 'ENTITY_NOT_REGISTERED',
      details: { entity: 'Member', from: 'Club.members' },
    });
    const Lost = entity('Lost', '', { embeddable: true, properties: { city: p.string() } });
    const lost = extendEntity(Thing, { lost: () => p.embedded(Lost).nullable() });
    expect(await refusal(core, { name: 'likes', extend: [lost] })).toMatchObject({
      code: 'ENTITY_NOT_REGISTERED',
      details: { ...likes, entity: 'Lost', from: 'Thing.lost' },
    });
  });

  it('may be used if its plugin is required; the inverse side that MikroORM adds to it needs no requirement', async () => {
    const Club = entity('Club', 'likes_club', { properties: { id, members: () => p.manyToMany(Friend) } });
    const sketch = { name: 'likes', requires: ['core', 'friends'], entities: [Fan, Club] };
    await expect(load(core, friends, sketch)).resolves.toBeDefined();
  });
});

describe('inheritance', () => {
  const Root = entity('Root', 'core_root', { discriminatorColumn: 'kind', properties: { id, kind: p.string() } });
  const Leaf = entity('Leaf', 'core_root', {
    extends: Root,
    discriminatorValue: 'leaf',
    properties: { size: p.integer() },
  });

  it('cannot be extended by single-table inheritance across plugins, for a stated reason', async () => {
    expect(await refusal({ name: 'core', entities: [Root] }, { name: 'likes', entities: [Leaf] })).toMatchObject({
      code: 'INHERITANCE_REFUSED',
      exitCode: 12,
      details: { ...likes, entity: 'Leaf', base: 'Root', owner: 'core', kind: 'single-table' },
      message: holding('lose the rows of subclasses'),
      hint: holding("inheritance: 'tpt'"),
    });
  });

  it('can be extended by single-table inheritance within a plugin', async () => {
    const { ownership } = await load({ name: 'core', entities: [Root, Leaf] });
    expect(ownership.objects.filter(({ kind }) => kind === 'table')).toHaveLength(1);
  });

  it('may not copy columns of another plugin, but an abstract class may be shared', async () => {
    const Copy = entity('Copy', 'likes_copy', { extends: Person, properties: { since: p.datetime() } });
    expect(await refusal(core, { name: 'likes', entities: [Copy] })).toMatchObject({
      code: 'INHERITANCE_REFUSED',
      details: { kind: 'copied' },
    });
    const Timed = entity('Timed', '', { abstract: true, properties: { at: p.datetime() } });
    const Event = entity('Event', 'likes_event', { extends: Timed, properties: { id } });
    const { ownership } = await load({ name: 'core', entities: [Timed] }, { name: 'likes', entities: [Event] });
    expect(ownership.objects.find(({ kind, name }) => kind === 'column' && name === 'at')).toMatchObject({
      owner: 'likes',
    });
  });

  it.each(['index', 'unique'] as const)('provides no column for an %s on the subtype’s table', async (kind) => {
    const Story = entity('Story', 'app_story', {
      extends: Thing,
      properties: { title: p.string() },
      [kind === 'index' ? 'indexes' : 'uniques']: [{ properties: ['title', 'name'] }],
    });
    expect(await refusal(core, { name: 'app', entities: [Story] })).toMatchObject({
      code: 'INDEX_INHERITED',
      details: { plugin: 'app', entity: 'Story', kind, property: 'name', base: 'Thing', table: 'app_story' },
    });
  });

  it('may not inherit a many-to-many relation across plugins, which would create a second pivot table', async () => {
    const Post = entity('Post', 'core_post', {
      inheritance: 'tpt',
      properties: { id, readers: () => p.manyToMany(Person) },
    });
    const Story = entity('Story', 'app_story', { extends: Post, properties: { title: p.string() } });
    expect(await refusal({ name: 'core', entities: [Person, Post] }, { name: 'app', entities: [Story] })).toMatchObject(
      {
        code: 'RELATION_INHERITED',
        details: {
          plugin: 'core',
          entity: 'Post',
          property: 'readers',
          subtype: 'Story',
          subtypeOwner: 'app',
          table: 'app_story_readers',
        },
      },
    );
  });

  it('requires foreign keys to a subtype’s table to be deferred', async () => {
    const Story = entity('Story', 'app_story', { extends: Thing, properties: { title: p.string() } });
    const chapter = (defer: boolean) =>
      entity('Chapter', 'app_chapter', {
        properties: { id, story: () => (defer ? p.manyToOne(Story).deferMode('deferred') : p.manyToOne(Story)) },
      });
    expect(await refusal(core, { name: 'app', entities: [Story, chapter(false)] })).toMatchObject({
      code: 'RELATION_NOT_DEFERRED',
      details: { plugin: 'app', entity: 'Chapter', property: 'story', target: 'Story' },
    });
    await load(core, { name: 'app', entities: [Story, chapter(true)] });
  });
});

describe('a mistake', () => {
  it('like a forgotten setClass is explained with the missing line', async () => {
    class Forgotten extends Person {}
    expect(await refusal(core, { name: 'likes', entities: [Forgotten] })).toMatchObject({
      code: 'ENTITY_CLASS_MISSING',
      exitCode: 12,
      details: { ...likes, entity: 'Forgotten' },
      hint: holding('ForgottenSchema.setClass(Forgotten);'),
    });
  });

  it('like two files importing each other is reported as an undefined entity', async () => {
    expect(await refusal(core, { name: 'likes', entities: [Person, undefined].slice(1) })).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { ...likes, entity: 'entities[0]', problem: 'it is undefined' },
    });
  });

  it('that MikroORM rejects is reported with its plugin', async () => {
    const Keyless = entity('Keyless', 'likes_keyless', { properties: { name: p.string() } });
    expect(await refusal(core, { name: 'likes', entities: [Keyless] })).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { ...likes, entity: 'Keyless', problem: 'Keyless entity is missing @PrimaryKey()' },
    });
    const lost = extendEntity(Thing, { people: () => p.oneToMany(Person).mappedBy('nothing' as never) });
    expect(await refusal(core, { name: 'likes', extend: [lost] })).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { ...likes, entity: 'Thing.people' },
    });
  });

  it.each<[mistake: string, properties: () => object, rest: object, found: string, hint: string]>([
    ['a default of another type', () => ({ tags: p.array().default('{}' as never) }), {}, 'Fan.tags', '.default([])'],
    ['a type that is unknown', () => ({ mood: p.type(undefined as never) }), {}, 'Fan.mood', 'State the type'],
    ['a target that is undefined', () => ({ of: () => p.manyToOne(undefined as never) }), {}, 'Fan.of', 'each other'],
    ['a property that cannot be read', () => ({ of: () => JSON.parse('{') as object }), {}, 'Fan.of', 'each other'],
    ['an index over an unknown property', () => ({}), { indexes: [{ properties: ['no'] }] }, 'Fan', 'defineEntity'],
    ['a check that throws', () => ({}), { checks: [{ expression: () => JSON.parse('{') as string }] }, 'Fan', ''],
  ])(
    'is reported with the plugin, the entity and, if it is in one, the property: %s',
    async (_, properties, rest, found, hint) => {
      const Fan = entity('Fan', 'likes_fan', { properties: { id, ...properties() }, ...rest });
      expect(await refusal(core, { name: 'likes', entities: [Fan] })).toMatchObject({
        code: 'ENTITY_INVALID',
        details: { ...likes, entity: found },
        message: holding(`the plugin "likes" (plugin-likes) are invalid, because of ${found}: `),
        hint: holding(hint),
      });
    },
  );

  it('in an extension is reported with the plugin that extends', async () => {
    const tags = extendEntity(Thing, { tags: p.array().default('{}' as never) });
    expect(await refusal(core, { name: 'likes', extend: [tags] })).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { ...likes, entity: 'Thing.tags' },
    });
  });
});

describe('a name that PostgreSQL would truncate', () => {
  const long = 'l'.repeat(64);
  it.each([
    ['table', entity('Long', long, { properties: { id } }), 64],
    ['column', entity('Long', 'a', { properties: { id, a: p.string().fieldName('ü'.repeat(32)) } }), 64],
    ['index', entity('Long', 'b', { properties: { id, a: p.string().index(long) } }), 64],
    ['check', entity('Long', 'c', { properties: { id }, checks: [{ name: long, expression: 'true' }] }), 64],
    ['enum', entity('Long', 'd', { properties: { id, a: () => p.enum(['x']).nativeEnumName(`${long}l`) } }), 65],
  ])('is rejected with its length in bytes: %s', async (kind, made, bytes) => {
    expect(await refusal({ name: 'likes', entities: [made] })).toMatchObject({
      code: 'IDENTIFIER_TOO_LONG',
      exitCode: 13,
      details: { ...likes, kind, bytes },
    });
  });

  it('is accepted if MikroORM or PostgreSQL shortens it by a rule', async () => {
    const fits = 'f'.repeat(60);
    const { ownership } = await load({
      name: 'likes',
      entities: [entity('Long', fits, { properties: { id, a: p.string().index() } })],
    });
    expect(ownership.objects.find(({ kind }) => kind === 'sequence')?.name).toBe(`${'f'.repeat(56)}_id_seq`);
  });
});
