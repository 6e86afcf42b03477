import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { branch, revision, sessionPerTest, upgrade, type Sketch } from '../db/support.ts';

const shop = [
  `drop schema if exists shop cascade; create schema shop;
   create table shop_order (id int primary key, kind text, "Total" int);
   create table shop_item (id int);
   create view shop_open as select id from shop_order;
   create function shop_sum(int) returns int language sql as 'select $1';
   create type shop_mood as enum ('good');
   create table shop.part (id int, note text)`,
  `alter table shop_order drop column kind; alter table shop_order rename column "Total" to amount;
   alter table shop_item rename to shop_line; drop view shop_open; drop function shop_sum(int); drop type shop_mood;
   alter table shop.part drop column note; do $$ begin execute 'create table shop_more (id int)'; end $$`,
  'alter table shop_order add column later int',
];

/** The SQL of a plugin that is activated late, and what it misses. */
const cases: readonly (readonly [up: Sketch['up'], missing: string])[] = [
  ['insert into late_t select id from shop_order where kind is null', 'dropped the column shop_order.kind'],
  ['create view late_v as select o.kind from shop_order o', 'dropped the column shop_order.kind'],
  [`do $$ begin perform kind from shop_order; end $$`, 'dropped the column shop_order.kind'],
  ['create index late_i on shop_order ("Total")', 'renamed the column shop_order.Total to amount'],
  ['alter table late_t add foreign key (id) references shop_item', 'renamed the table shop_item to shop_line'],
  ['insert into late_t select id from shop_open', 'dropped the view shop_open'],
  ['insert into late_t select shop_sum(1)', 'dropped the function shop_sum'],
  ['alter table late_t add column mood shop_mood', 'dropped the type shop_mood'],
  ['insert into late_t select id from shop.part where note is null', 'dropped the column shop.part.note'],
];

describe.each(databaseKinds)('a revision that misses an object, on %s', (kind) => {
  const session = sessionPerTest(kind);
  const before = branch('shop', ...shop);
  const late = (up: Sketch['up']) =>
    [
      revision({ id: 'late@0001', dependsOn: ['shop@0001'], up: 'create table late_t (id int primary key)' }),
      revision({ id: 'late@0002', revises: 'late@0001', up }),
    ] as const;

  it.each(cases)('names the applied revision that dropped or renamed it: %s', async (up, missing) => {
    expect((await upgrade(session(), before)).error).toBeNull();
    const { error } = await upgrade(session(), [...before, ...late(up)]);
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { removed: { revision: 'shop@0002' } } });
    expect(error?.message).toContain(`The applied revision shop@0002 ${missing}.`);
    expect(error?.hint).toContain('npx kernel migrate:show shop@0002');
  });

  it.each([
    ['that never existed', 'select nothing from shop_order'],
    ['of another table', 'select kind from shop_line'],
    ['of the same plugin', 'alter table late_t drop column id; select id from late_t'],
  ])('names none for an object %s', async (_, up) => {
    const { error } = await upgrade(session(), [...before, ...late(up)]);
    expect(error?.code).toBe('MIGRATION_FAILED');
    expect(error?.message).not.toContain('The applied revision');
  });
});
