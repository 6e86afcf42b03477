import { p } from '@mikro-orm/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { extendEntity } from '../../../kernel/src/contract/extend-entity.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { entity } from '../../../kernel/test/entities/support.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { openAuthoring, revisionOf, type Authoring, type InMemoryPlugin } from '../../../../test/helper/authoring.ts';

const id = p.integer().primary();
const User = entity('User', 'core_user', { properties: { id, name: p.string() } });
const core: InMemoryPlugin = { name: 'core', entities: [User] };

/** A plugin with entities, and with extensions of core's user. */
function x(rest: Omit<InMemoryPlugin, 'name' | 'requires'>): readonly InMemoryPlugin[] {
  return [core, { name: 'x', requires: ['core'], ...rest }];
}

describe.each(databaseKinds)('an ordinary change is created and agrees with its entities, on %s:', (kind) => {
  let authoring: Authoring;
  let revisions: Revision[];
  beforeAll(async () => {
    authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => authoring[Symbol.asyncDispose]());
  beforeEach(() => {
    revisions = [];
  });

  /** Creates the next revision of each plugin, checks that nothing is left to create, and returns the SQL of the last. */
  async function create(plugins: readonly InMemoryPlugin[], rename: string | null = null): Promise<string> {
    let up = '';
    for (const { name } of plugins) {
      const { revision } = await authoring.draft(plugins, revisions, name, name === 'x' ? { rename } : {});
      if (revision === null) continue;
      revisions.push(revisionOf(revision));
      ({ up } = revision);
    }
    expect(await authoring.check(plugins, revisions)).toEqual([]);
    return up;
  }

  it('an enum value that is also the text default of another column', async () => {
    const story = (...states: readonly string[]) =>
      entity('Story', 'x_story', {
        properties: {
          id,
          state: () => p.enum([...states]).nativeEnumName('x_state'),
          kind: p.string().default('draft'),
          tags: p.array().default(['draft']),
          note: p.text().defaultRaw("'draft'::text || 'draft'"),
        },
      });
    await create(x({ entities: [story('final')] }));
    expect(await create(x({ entities: [story('final', 'draft')] }))).toContain(`add value 'draft'`);
    const checked = entity('Story', 'x_story', {
      properties: {
        id,
        state: () => p.enum(['final', 'draft', 'new']).nativeEnumName('x_state'),
        kind: p.string().default('new'),
        tags: p.array().default(['draft']),
        note: p.text().defaultRaw("'draft'::text || 'draft'"),
      },
      checks: [{ name: 'x_kind', expression: "kind in ('new', 'draft')" }],
    });
    expect(await create(x({ entities: [checked] }))).toContain(`add value 'new'`);
  });

  it('a many-to-many relation in an extension, whose pivot table belongs to the plugin that extends', async () => {
    const Tag = entity('Tag', 'x_tag', { properties: { id, name: p.string() } });
    const extend = [extendEntity(User, { tags: () => p.manyToMany(Tag).owner() })];
    const up = await create(x({ entities: [Tag], extend }));
    expect(up).toContain('create table "core_user_tags"');
    const removed = await create(x({ entities: [Tag] }));
    expect(removed).toContain('drop table "core_user_tags"');
  });

  it('a renamed column of an extension that gets an index', async () => {
    await create(x({ extend: [extendEntity(User, { aa: p.integer().nullable() })] }));
    const up = await create(
      x({ extend: [extendEntity(User, { bb: p.integer().nullable().index() })] }),
      'core_user.aa:bb',
    );
    expect(up).toContain('alter table "core_user" rename column "aa" to "bb"');
    expect(up).toContain('create index "core_user_bb_index"');
  });

  it('a renamed column of an extension that had an index, a unique constraint and a check', async () => {
    const extension = (name: string) =>
      extendEntity(User, { [name]: p.integer().nullable().index().unique().check(`${name} > 0`) });
    await create(x({ extend: [extension('aa')] }));
    expect(await create(x({ extend: [extension('bb')] }), 'core_user.aa:bb')).toContain('rename column "aa" to "bb"');
  });

  it('a table with a composite key, although a required plugin has a do block', async () => {
    await create([core]);
    const block = {
      id: 'core@0002_block',
      revises: revisions[0]?.id ?? '',
      up: { ...sql``, text: 'do $$ begin end $$;' },
    };
    revisions.push(checkRevision(defineRevision(block), 'core', '0002_block', '0002_block.ts'));
    const properties = { a: p.integer().primary(), b: p.integer().primary() };
    const up = await create(x({ entities: [entity('Pair', 'x_pair', { properties })] }));
    expect(up).toContain('primary key ("a", "b")');
  });

  it('a default with an expression over the sequence of its column', async () => {
    const thing = (properties: object) =>
      x({ entities: [entity('Thing', 'x_thing', { properties: { id, ...properties } })] });
    await create(thing({ no: p.integer() }));
    const sequence = {
      id: 'x@0002_number',
      revises: revisions.at(-1)?.id ?? '',
      up: sql`create sequence x_no owned by x_thing.no`,
      down: sql`drop sequence x_no`,
    };
    revisions.push(checkRevision(defineRevision(sequence), 'x', '0002_number', '0002_number.ts'));
    const numbered = await create(thing({ no: p.integer().defaultRaw(`nextval('x_no') + 1`) }));
    expect(numbered).toBe(`alter table "x_thing" alter column "no" set default (nextval('x_no'::regclass) + 1);`);
    const wider = await create(thing({ no: p.bigint().defaultRaw(`nextval('x_no') + 1`) }));
    expect(wider).toContain('alter column "no" type bigint');
    const other = { code: p.text().defaultRaw(`'INV-' || nextval('x_no')`) };
    expect(await create(thing(other))).not.toContain('drop sequence');
    expect(await create(thing({}))).not.toContain('drop sequence');
  });

  it('a materialized view over a table of another plugin, whose change is a change of the plugin that declares it', async () => {
    const listed = (expression: string) =>
      x({ entities: [entity('Listed', 'x_listed', { view: { materialized: true }, expression, properties: { id } })] });
    await create(listed('select id from core_user'));
    const changed = listed('select id from core_user where id > 0');
    expect((await authoring.check(changed, revisions)).map(({ plugin }) => plugin.name)).toEqual(['x']);
    expect(await create(changed)).toContain('create materialized view x_listed');
  });
});
