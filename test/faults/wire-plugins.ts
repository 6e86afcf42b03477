import type { HostInlinePlugin } from '../../core/kernel/src/open/open-options.ts';
import type * as Contract from '../../core/kernel/src/plugin.ts';

/**
 * Returns plugins with a revision of every kind that can be reverted. Each revision adds a row to `effect` when it runs
 * and when it is reverted, so that an effect that happens twice is seen. The table deliberately has no key. `outside` says
 * whether one revision runs outside a transaction. With `isSquashed` they are newer: a squash is in the place of the first
 * two revisions of `core`, and another revision builds on it.
 */
export function wirePlugins(
  { defineRevision, sql }: typeof Contract,
  { outside, isSquashed }: { readonly outside: boolean; readonly isSquashed: boolean },
): { readonly core: HostInlinePlugin; readonly items: HostInlinePlugin } {
  const range = [
    defineRevision({
      id: 'core@0001_effect',
      revises: null,
      up: sql`create table effect (id text not null); create table part (id int, n int)`,
      down: sql`drop table part; drop table effect`,
    }),
    defineRevision({
      id: 'core@0002_text',
      revises: 'core@0001_effect',
      up: sql`insert into effect values ('text'); insert into part select i, i from generate_series(1, 20) i`,
      down: sql`insert into effect values ('text reverted'); delete from part where id <= 20`,
    }),
  ];
  const squash = defineRevision({
    id: 'core@0002_squash',
    revises: null,
    replaces: range.map(({ id }) => id),
    up: sql`create table effect (id text not null); create table part (id int, n int);
      insert into effect values ('text'); insert into part select i, i from generate_series(1, 20) i`,
    down: sql`drop table part; drop table effect`,
  });
  const later = defineRevision({
    id: 'core@0005_later',
    revises: 'core@0004_type',
    up: sql`insert into effect values ('later')`,
    down: sql`insert into effect values ('later reverted')`,
  });
  const core = [
    ...(isSquashed ? [squash] : range),
    defineRevision({
      id: 'core@0003_code',
      revises: 'core@0002_text',
      version: 1,
      up: async ({ query, sql: text }) => {
        const found = await query<{ n: number }>(text`select count(*)::int as n from part`);
        await query(text`insert into part values (${100 + (found[0]?.n ?? 0)}, 0)`);
        await query(text`insert into effect values ('code')`);
      },
      down: async ({ query, sql: text }) => {
        await query(text`delete from part where id > 100`);
        await query(text`insert into effect values ('code reverted')`);
      },
    }),
    defineRevision({
      id: 'core@0004_type',
      revises: 'core@0003_code',
      up: sql`create type mood as enum ('good'); insert into effect values ('type')`,
      down: sql`drop type mood; insert into effect values ('type reverted')`,
    }),
    ...(isSquashed ? [later] : []),
  ];
  const index = sql`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('item_part')), false)`;
  const items = [
    defineRevision({
      id: 'items@0001_item',
      revises: null,
      dependsOn: ['core@0004_type'],
      up: sql`create table item (id int primary key, part int, m mood); insert into effect values ('item')`,
      down: sql`drop table item; insert into effect values ('item reverted')`,
    }),
    defineRevision({
      id: 'items@0002_index',
      revises: 'items@0001_item',
      ...(outside
        ? {
            transaction: false,
            up: sql`create index concurrently item_part on item (part)`,
            down: sql`drop index concurrently item_part`,
            check: index,
          }
        : { up: sql`create index item_part on item (part)`, down: sql`drop index item_part` }),
    }),
    defineRevision({
      id: 'items@0003_rows',
      revises: 'items@0002_index',
      up: sql`insert into item select i, i, 'good' from generate_series(1, 5) i; insert into effect values ('rows')`,
      down: sql`delete from item; insert into effect values ('rows reverted')`,
    }),
  ];
  return {
    core: { revisions: core, openTables: ['effect'] },
    items: { revisions: items, requires: ['core'] },
  };
}
