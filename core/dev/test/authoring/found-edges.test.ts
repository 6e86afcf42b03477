import { p } from '@mikro-orm/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftFromSql } from '../../src/authoring/draft-from-sql.ts';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { entity } from '../../../kernel/test/entities/support.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { openAuthoring, pluginSetOf, type Authoring, type InMemoryPlugin } from '../../../../test/helper/authoring.ts';

/** Revisions of one plugin, each of which revises the previous one. A list is the SQL and the dependencies. */
function branch(plugin: string, ...texts: readonly (string | readonly [string, ...string[]])[]): readonly Revision[] {
  return texts.map((text, i) => {
    const [up, ...dependsOn] = typeof text === 'string' ? [text] : text;
    const id = (at: number): string => `${plugin}@000${at + 1}_r`;
    const revises = i === 0 ? null : id(i - 1);
    return checkRevision(
      defineRevision({ id: id(i), revises, dependsOn, up: { ...sql``, text: up } }),
      plugin,
      `000${i + 1}_r`,
      `000${i + 1}_r.ts`,
    );
  });
}

const a = (...texts: readonly string[]): readonly Revision[] => branch('a', ...texts);
const filler = 'create table a_filler (id int)';

/** The SQL of plugin `a`, the SQL of a new revision of `b`, and the edge that has to be found, with its reason. */
const cases: readonly (readonly [
  name: string,
  revisions: readonly Revision[],
  up: string,
  edge: string,
  why: string,
])[] = [
  [
    'an operator class',
    a(
      filler,
      `create function a_cmp(int, int) returns int language sql immutable as 'select $1 - $2';
       create operator class a_ops for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 a_cmp(int, int)`,
      'alter table a_filler add n int',
    ),
    'create table b_t (id int); create index b_i on b_t (id a_ops)',
    'a@0002_r',
    'operator class "a_ops" does not exist for access method "btree"',
  ],
  [
    'a collation',
    a(filler, `create collation a_c (provider = icu, locale = 'de')`, 'alter table a_filler add n int'),
    'create table b_t (name text collate a_c)',
    'a@0002_r',
    'collation "a_c" for encoding "UTF8" does not exist',
  ],
  [
    'a table that a do block creates',
    a(filler, `do $$ begin create table a_t (id int primary key); end $$`, 'alter table a_filler add n int'),
    'create table b_t (a int references a_t)',
    'a@0002_r',
    'relation "a_t" does not exist',
  ],
  [
    'a column that a do block adds',
    a('create table a_t (id int)', `do $$ begin alter table a_t add w int; end $$`, filler),
    'create view b_v as select w from a_t',
    'a@0002_r',
    'column "w" does not exist',
  ],
  [
    'a text search configuration',
    a(filler, 'create text search configuration a_fts (copy = simple)', 'alter table a_filler add n int'),
    `create table b_t (id int, body text); create index b_i on b_t using gin (to_tsvector('a_fts', body))`,
    'a@0002_r',
    'text search configuration "a_fts" does not exist',
  ],
  [
    'an operator',
    a(
      filler,
      `create function a_eq(int, text) returns boolean language sql immutable as 'select $1::text = $2';
       create operator === (leftarg = int, rightarg = text, function = a_eq)`,
    ),
    `create table b_t (id int, check (id === '1'))`,
    'a@0002_r',
    'operator does not exist: integer === unknown',
  ],
  [
    'what a do block of its own uses',
    a('create table a_t (id int)', 'alter table a_t add w int', filler),
    `create table b_t (w int); do $$ begin if exists (select from pg_roles) then insert into b_t select w from a_t; end if; end $$`,
    'a@0002_r',
    'column "w" does not exist',
  ],
];

describe.each(databaseKinds)('edges that cannot be inferred, on %s', (kind) => {
  let authoring: Authoring;
  beforeAll(async () => {
    authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => authoring[Symbol.asyncDispose]());

  const plugins: readonly InMemoryPlugin[] = [{ name: 'a' }, { name: 'c' }, { name: 'b', requires: ['a', 'c'] }];
  // Tables that an installed plugin creates without entities are left to it.
  const withEntity = (made: ReturnType<typeof entity>): readonly InMemoryPlugin[] =>
    plugins.map((plugin) => (plugin.name === 'b' ? { ...plugin, entities: [made] } : { ...plugin, from: 'built' }));
  const draftSql = async (revisions: readonly Revision[], up: string, active = plugins) => {
    const set = pluginSetOf(active, revisions);
    const plugin = set.byName.get('b');
    if (plugin === undefined) throw new Error('there is no plugin b');
    const { shadow } = authoring;
    const lent = { ...shadow, [Symbol.asyncDispose]: async () => {} };
    const context = { set, plugin, openShadow: async () => lent, pinHeads: false, onStage: () => {} };
    const { revision } = await draftFromSql(context, 'something', up);
    return revision?.dependsOn;
  };
  const c = branch('c', 'create table c_t (id int)', 'alter table c_t add n int');

  it.each(cases)('are as few and as early as possible: %s', async (_, revisions, up, edge, why) => {
    const [found, ...others] = (await draftSql([...revisions, ...c], up)) ?? [];
    expect([found?.revision, others]).toEqual([edge, []]);
    expect(found?.why).toBe(`found by trying: without it, ${why}`);
  });

  it('may be several, and are added to those that are inferred', async () => {
    const revisions = [
      ...a(filler, `create collation a_c (provider = icu, locale = 'de')`),
      ...branch('c', 'create table c_t (id int primary key)', `do $$ begin create type c_mood as enum ('sad'); end $$`),
    ];
    const up = 'create table b_t (c int references c_t, name text collate a_c, mood c_mood)';
    expect(await draftSql(revisions, up)).toEqual([
      { revision: 'a@0002_r', why: 'found by trying: without it, collation "a_c" for encoding "UTF8" does not exist' },
      { revision: 'c@0002_r', why: 'found by trying: without it, type "c_mood" does not exist' },
    ]);
  });

  it('are not searched for if the inferred edges suffice, even if a required plugin has a do block', async () => {
    const both = entity('Both', 'b_both', {
      properties: { first: p.integer().primary(), second: p.integer().primary(), name: p.string().unique() },
    });
    const revisions = a('create table a_t (id int)', 'do $$ begin perform 1; end $$');
    const { revision } = await authoring.draft(withEntity(both), revisions, 'b');
    expect(revision?.dependsOn).toEqual([]);
    expect(revision?.up).toContain('primary key ("first", "second")');
  });

  it('are found for entities too', async () => {
    const named = entity('Named', 'b_named', {
      properties: { id: p.integer().primary(), name: p.string().index('b_i') },
      indexes: [{ name: 'b_n', expression: 'create index b_n on b_named (id a_ops)' }],
    });
    const [, revisions] = cases[0] ?? [];
    const { revision } = await authoring.draft(withEntity(named), revisions ?? [], 'b');
    expect(revision?.dependsOn.map(({ revision: id }) => id)).toEqual(['a@0002_r']);
  });

  it('are not found if the heads do not help: the error is that of the inferred edges', async () => {
    const revisions = [
      ...a('create table a_t (id int, name text)'),
      // Another plugin, which is not required, depends on what the revision drops.
      ...branch('d', ['create view d_v as select b_extra from a_t', 'a@0001_r', 'b@0001_r']),
      ...branch('b', ['alter table a_t add column b_extra int', 'a@0001_r']),
    ];
    const drop = draftSql(revisions, 'alter table a_t drop column b_extra', [
      ...plugins,
      { name: 'd', requires: ['a', 'b'] },
    ]);
    await expect(drop).rejects.toMatchObject({
      code: 'PROOF_FAILED',
      details: { claim: expect.stringContaining('one of which depends on an object that it changes') as string },
    });
  });
});
