import { p } from '@mikro-orm/core';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import { altered, changed, id, mood, shop, some, thing, things, type DifferenceCase } from './difference-case.ts';

/** Settings of the table and its column `name` that no entity declares. */
const settings = `alter table shop_thing alter name set storage external, alter name set statistics 50; alter table shop_thing set unlogged;
  alter table shop_thing set (fillfactor = 70); grant select on shop_thing to public; grant select (name) on shop_thing to pg_monitor;
  alter sequence shop_thing_id_seq increment by 50; create rule shop_r as on delete to shop_thing do instead nothing;
  alter table shop_thing disable rule shop_r;`;

/** A sequence of the column `price`, and the next values of it and of the key in a table beside it. */
const sequences = `create sequence shop_no owned by shop_thing.price; comment on sequence shop_no is 'numbers';
  create table shop_log (n int default nextval('shop_no') + 1, m int default nextval('shop_thing_id_seq'));
  comment on sequence shop_thing_id_seq is 'keys';`;

/** Changes of enums, generated columns, views, triggers, policies and partitions. */
export const otherCases: readonly DifferenceCase[] = [
  changed('native enum', {}, { mood: mood('good', 'bad').default('good') }),
  changed(
    'native enum with more values',
    { mood: mood('good', 'bad') },
    { mood: mood('best', 'good', 'so so', 'bad', "it's") },
  ),
  changed(
    'native enum with a new value that is the default',
    { mood: mood('good', 'bad').default('good') },
    { mood: mood('good', 'bad', 'new').default('new') },
  ),
  changed(
    'native enum with fewer values',
    {
      mood: mood('good', 'so so', 'bad').default('good'),
      other: mood('good', 'so so', 'bad').default('so so').nullable(),
    },
    { mood: mood('good', 'bad').default('good'), other: mood('good', 'bad').nullable() },
    { meanwhile: `insert into shop_thing (mood, other) values ('good', 'bad')` },
  ),
  {
    name: 'native enum with fewer values under checks and indexes',
    before: guarded('good', 'so so', 'bad'),
    after: guarded('bad', 'good'),
    meanwhile: `insert into shop_thing (mood) values ('good')`,
  },
  changed(
    'arrays of a native enum',
    { moods: p.enum(['good', 'so so', 'bad']).array().nativeEnumName('shop_mood').defaultRaw(`'{good}'`) },
    { moods: p.enum(['good', 'bad']).array().nativeEnumName('shop_mood').defaultRaw(`'{good}'`) },
    { meanwhile: `insert into shop_thing (moods) values ('{good,bad}')` },
  ),
  changed(
    'text that becomes a native enum',
    { mood: p.string().default('good') },
    { mood: mood('good', 'bad').default('good') },
    { meanwhile: `insert into shop_thing (mood) values ('bad')` },
  ),
  changed(
    'native enum with fewer values and a column that stops using it',
    { mood: mood('good', 'bad'), other: mood('good', 'bad').default('bad') },
    { mood: mood('good'), other: p.text().default('bad') },
    { meanwhile: `insert into shop_thing (mood, other) values ('good', 'bad')` },
  ),
  {
    name: 'native enum under another name',
    before: things({ mood: mood('good', 'bad').default('good') }),
    after: things({ mood: p.enum(['good', 'bad']).nativeEnumName('shop_temper').default('good') }),
    meanwhile: `insert into shop_thing (mood) values ('bad')`,
  },
  changed('native enum dropped', { mood: mood('good', 'bad') }, {}),
  {
    name: 'native enum in another schema',
    before: [],
    after: shop(
      entity('Thing', 'thing', {
        schema: 'shop',
        properties: { id, mood: () => p.enum(['good', 'bad']).nativeEnumName('mood') },
      }),
    ),
  },
  {
    name: 'table and column renamed under hand-written objects',
    before: things(some),
    after: shop(entity('Thing', 'shop_item', { properties: { id, title: p.string().length(64), price: p.integer() } })),
    rename: 'shop_thing:shop_item,shop_thing.name:title',
    meanwhile: `create view shop_v with (security_invoker) as select id, name from shop_thing; comment on view shop_v is 'v';
      create materialized view shop_m as select name from shop_thing; create index shop_m_name on shop_m (name);
      create function shop_f() returns trigger language plpgsql as 'begin return new; end';
      create trigger shop_t before update of name on shop_thing for each row execute function shop_f(); alter table shop_thing disable trigger shop_t;
      create function shop_g() returns text begin atomic select name as name from shop_thing; end;
      create policy shop_p on shop_thing using (name <> ''); comment on policy shop_p on shop_thing is 'p';
      create rule shop_r as on delete to shop_thing do instead nothing; create statistics shop_s on name, price from shop_thing;
      create publication shop_pub for table shop_thing (id, name) where (name <> 'x'); grant select (name) on shop_thing to pg_monitor;
      alter table shop_thing alter name set storage external; alter sequence shop_thing_id_seq increment by 50;`,
  },
  changed('enum by check', { kind: p.enum(['a', 'b']) }, { kind: p.enum(['a', 'b', 'c']) }),
  changed('generated column', some, { ...some, twice: p.integer().generated('(price * 2) stored') }),
  changed(
    'generated column with an index and a new expression',
    { ...some, twice: p.integer().generated('(price * 2) stored').index() },
    { ...some, twice: p.integer().generated('(price * 3) stored').index() },
  ),
  changed(
    'generated column over a column whose type changes',
    { price: p.integer(), twice: p.integer().generated('(price + 1) stored').index() },
    { price: p.bigint(), twice: p.bigint().generated('(price + 1) stored').index() },
  ),
  changed(
    'generated column that becomes a plain one',
    { price: p.integer(), twice: p.integer().generated('(price * 2) stored') },
    { price: p.integer(), twice: p.integer() },
  ),
  changed(
    'plain column that becomes a generated one',
    { price: p.integer(), twice: p.integer().unique() },
    { price: p.integer(), twice: p.integer().generated('(price * 2) stored').unique() },
  ),
  changed(
    'generated column dropped with the column in its expression',
    { price: p.integer(), twice: p.integer().generated('(price * 2) stored') },
    {},
  ),
  { name: 'view', before: things(some), after: viewed('select id, name from shop_thing where price > 0', some) },
  {
    name: 'view changed',
    before: viewed('select id, name from shop_thing', some),
    after: viewed('select id, upper(name) as name from shop_thing', some),
  },
  {
    name: 'view over a column whose type changes',
    before: viewed('select id, name from shop_thing', some),
    after: viewed('select id, name from shop_thing', { ...some, name: p.text() }),
  },
  {
    name: 'views over views',
    before: shop(
      thing(some),
      view('Shown', 'shop_b', 'select id, name from shop_thing'),
      view('Again', 'shop_a', 'select id, name from shop_b'),
    ),
    after: shop(
      thing(some),
      view('Shown', 'shop_b', 'select id, name from shop_c'),
      view('Again', 'shop_a', 'select id, name from shop_b'),
      view('Third', 'shop_c', 'select id, lower(name) as name from shop_thing'),
    ),
  },
  {
    name: 'view that becomes materialized and table that becomes a view',
    before: shop(
      thing(some),
      view('Shown', 'shop_shown', 'select id, name from shop_thing'),
      entity('Other', 'shop_other', { properties: { id } }),
    ),
    after: shop(
      thing(some),
      entity('Shown', 'shop_shown', {
        view: { materialized: true },
        expression: 'select id, name from shop_thing',
        properties: { id: p.integer().primary(), name: p.text() },
      }),
      view('Other', 'shop_other', 'select id, name from shop_thing'),
    ),
  },
  {
    name: 'materialized view',
    before: things(some),
    after: shop(
      thing(some),
      entity('Shown', 'shop_shown', {
        view: { materialized: true },
        expression: 'select id, name from shop_thing',
        properties: { id: p.integer().primary(), name: p.text() },
      }),
    ),
  },
  altered(
    'trigger',
    some,
    {},
    {
      triggers: [
        {
          name: 'shop_thing_lower',
          timing: 'before',
          events: ['insert', 'update'],
          body: 'new.name := lower(new.name); return new;',
        },
      ],
    },
  ),
  altered(
    'row security',
    some,
    {},
    { rowLevelSecurity: 'force', policies: [{ name: 'mine', command: 'select', using: 'price > 0' }] },
  ),
  altered(
    'policy changed',
    some,
    { rowLevelSecurity: true, policies: [{ name: 'mine', using: 'price > 0' }] },
    { rowLevelSecurity: true, policies: [{ name: 'mine', using: 'price > 1' }] },
  ),
  {
    name: 'partitioned table',
    before: [],
    after: parted([{ name: 'shop_event_2020', values: `from ('2020-01-01') to ('2021-01-01')` }]),
  },
  {
    name: 'another partition',
    before: parted([{ name: 'shop_event_2020', values: `from ('2020-01-01') to ('2021-01-01')` }]),
    after: parted([
      { name: 'shop_event_2020', values: `from ('2020-01-01') to ('2021-01-01')` },
      { name: 'shop_event_rest', values: 'default' },
    ]),
  },
  {
    name: 'table renamed that has settings',
    before: things(some),
    after: shop(entity('Thing', 'shop_object', { properties: { id, ...some } })),
    rename: 'shop_thing:shop_object',
    meanwhile: settings,
  },
  {
    name: 'column renamed that has settings',
    before: things(some),
    after: things({ title: p.string().length(64), price: p.integer() }),
    rename: 'shop_thing.name:title',
    meanwhile: settings,
  },
  {
    name: 'table dropped that has settings',
    before: things(some),
    after: [],
    meanwhile: settings,
  },
  {
    name: 'column dropped that has settings',
    before: things(some),
    after: things({ price: p.integer() }),
    meanwhile: `${settings} create statistics shop_s on name, price from shop_thing; comment on statistics shop_s is 'both';`,
  },
  {
    name: 'column dropped whose sequence another default uses',
    before: things(some),
    after: things({ name: p.string().length(64) }),
    meanwhile: sequences,
  },
  {
    name: 'column dropped with a sequence that nothing else uses',
    before: things(some),
    after: things({ name: p.string().length(64) }),
    meanwhile: `create sequence shop_no owned by shop_thing.price; alter table shop_thing alter price set default nextval('shop_no') + 1;`,
  },
  {
    name: 'table and column renamed whose sequences another default uses',
    before: things(some),
    after: shop(entity('Thing', 'shop_item', { properties: { id, name: p.string().length(64), cost: p.integer() } })),
    rename: 'shop_thing:shop_item,shop_thing.price:cost',
    meanwhile: sequences,
  },
  {
    name: 'key of a wider type whose sequence another default uses',
    before: things(some),
    after: things({ ...some, id: p.bigint().primary() }),
    meanwhile: sequences,
  },
  {
    name: 'key whose default revisions have made an expression',
    before: things(some),
    after: things(some),
    meanwhile: `alter table shop_thing alter id set default nextval('shop_thing_id_seq') + 1; grant usage on sequence shop_thing_id_seq to public;`,
  },
  {
    name: 'key that becomes an identity whose sequence another default uses',
    before: things(some),
    after: things({ ...some, id: p.integer().primary().generated('identity') }),
    meanwhile: sequences,
  },
];

function guarded(...items: readonly string[]): readonly Sketch[] {
  return things(
    { mood: mood(...items).default('good'), upper: p.boolean().generated(`(mood = 'good'::shop_mood) stored`).index() },
    {
      checks: [{ name: 'shop_thing_mood', expression: `mood <> 'bad'` }],
      indexes: [
        {
          name: 'shop_thing_good',
          expression: `create index "shop_thing_good" on "shop_thing" ("id") where mood = 'good'`,
        },
      ],
      uniques: [{ properties: ['mood', 'id'] }],
    },
  );
}

function view(name: string, table: string, expression: string): ReturnType<typeof entity> {
  return entity(name, table, { view: true, expression, properties: { id: p.integer().primary(), name: p.text() } });
}

function viewed(expression: string, properties: object): readonly Sketch[] {
  return shop(thing(properties), view('Shown', 'shop_shown', expression));
}

function parted(partitions: readonly object[]): readonly Sketch[] {
  return shop(
    entity('Event', 'shop_event', {
      properties: { id: p.integer().primary().autoincrement(false), at: p.datetime().primary(), what: p.text() },
      partitionBy: { type: 'range', expression: 'at', partitions },
    }),
  );
}
