import { p } from '@mikro-orm/core';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import { changed, id, related, shop, some, thing, things, type DifferenceCase } from './difference-case.ts';

/** Changes of tables and columns. */
export const tableCases: readonly DifferenceCase[] = [
  {
    name: 'new table',
    before: [],
    after: things({
      name: p.string().length(64).unique(),
      body: p.text().nullable(),
      price: p.decimal().precision(10).scale(2).default(0),
      at: p.datetime().defaultRaw('now()').index(),
      tags: p.array().default([]),
      data: p.json().defaultRaw(`'{}'`),
      done: p.boolean().default(false),
      key: p.uuid().defaultRaw('gen_random_uuid()'),
    }),
  },
  {
    name: 'new tables with foreign keys in a cycle',
    before: [],
    after: (() => {
      const schema = entity('A', 'shop_a', {
        properties: { id, b: () => p.manyToOne(second).nullable() },
      });
      const second = entity('B', 'shop_b', { properties: { id, a: () => p.manyToOne(schema) } });
      return shop(schema, second);
    })(),
  },
  {
    name: 'new table in another schema',
    before: [],
    after: shop(
      entity('Thing', 'thing', {
        schema: 'shop',
        properties: { id, name: p.string().unique() },
        indexes: [{ properties: ['name', 'id'] }],
      }),
    ),
  },
  {
    name: 'new table with names that need quotes',
    before: [],
    after: shop(
      entity('Thing', 'Shop"Thing', {
        properties: {
          id: p.integer().primary().fieldName('The Id'),
          order: p.integer().fieldName('select').default(1),
          name: p.string().fieldName('Na"me').unique(),
        },
        checks: [{ name: 'It\'s "ok"', expression: '"select" > 0' }],
      }),
    ),
  },
  {
    name: 'new table with a composite key and a foreign key to it',
    before: [],
    after: (() => {
      const line = entity('Line', 'shop_line', {
        properties: { order: p.integer().primary(), no: p.integer().primary(), what: p.text() },
      });
      return shop(line, thing({ line: () => p.manyToOne(line).nullable() }));
    })(),
  },
  {
    name: 'new table with a foreign key to itself and an identity',
    before: [],
    after: (() => {
      const thing = entity('Thing', 'shop_thing', {
        properties: {
          id: p.integer().primary().generated('by default as identity'),
          above: () => p.manyToOne(thing).nullable().deleteRule('set null'),
        },
      });
      return shop(thing);
    })(),
  },
  {
    name: 'pivot table of a many-to-many relation',
    before: related(() => ({})),
    after: related((maker) => ({ makers: () => p.manyToMany(maker) })),
  },
  {
    name: 'table-per-type subtype',
    before: subtypes(false),
    after: subtypes(true),
  },
  {
    name: 'table renamed',
    before: shop(thing({ ...some, code: p.string().unique() })),
    after: shop(entity('Thing', 'shop_item', { properties: { id, ...some, code: p.string().unique() } })),
    rename: 'shop_thing:shop_item',
  },
  {
    name: 'renamed table with foreign keys to it',
    before: related((maker) => ({ maker: () => p.manyToOne(maker).index() })),
    after: (() => {
      const maker = entity('Maker', 'shop_factory', { properties: { id } });
      return shop(maker, thing({ maker: () => p.manyToOne(maker).index() }));
    })(),
    rename: 'shop_maker:shop_factory',
  },
  changed(
    'new columns',
    { name: p.string() },
    {
      name: p.string(),
      count: p.integer().default(0),
      note: p.text().nullable(),
      at: p.datetime().defaultRaw('now()'),
      weight: p.double(),
      code: p.string().length(8).unique().nullable(),
    },
  ),
  changed(
    'column renamed',
    { note: p.text(), code: p.string().index() },
    { remark: p.text(), number: p.string().index() },
    { rename: 'shop_thing.note:remark, shop_thing.code:number' },
  ),
  changed(
    'defaults',
    { a: p.integer().default(1), b: p.string().default('x'), c: p.integer(), d: p.boolean().default(true) },
    { a: p.integer().default(-2), b: p.string(), c: p.integer().default(3), d: p.boolean().default(false) },
  ),
  changed(
    'defaults that look like another type',
    {},
    {
      a: p.bigint().defaultRaw('-1'),
      b: p.double().defaultRaw('-0.5'),
      c: p.string().length(10).defaultRaw(`'abc'::text`),
      d: p.text().defaultRaw(`'2020-01-01'::date`),
      e: p.smallint().defaultRaw('-3'),
      f: p.datetime().defaultRaw(`'2020-01-01 00:00:00+00'`),
      g: p.string().columnType('char(3)').defaultRaw(`'abc'`),
      h: p.decimal().defaultRaw('1.50'),
      i: p.string().defaultRaw(`'it''s; "so" \\ ok'`),
      j: p.integer().defaultRaw('(1 + 2)'),
      k: p.string().columnType('interval').defaultRaw(`'1 day'`),
      l: p.string().columnType('bit(3)').defaultRaw(`'101'`),
      m: p.string().columnType('int[]').defaultRaw(`'{1,2}'`),
      n: p.date().defaultRaw('current_date'),
      o: p.string().columnType('jsonb').defaultRaw(`'{"a": [1, "b''c"]}'`),
      q: p.string().columnType('text[]').defaultRaw(`array['a', 'b']::text[]`),
      r: p.string().defaultRaw(`upper('Ab') || 'CD'`),
    },
  ),
  changed(
    'null and not null',
    { a: p.integer(), b: p.integer().nullable() },
    { a: p.integer().nullable(), b: p.integer() },
  ),
  changed(
    'types with an assignment cast',
    {
      a: p.integer(),
      b: p.string().length(64),
      c: p.text(),
      d: p.date(),
      e: p.integer().default(5),
      f: p.string().length(20).default('x').index(),
    },
    {
      a: p.bigint(),
      b: p.string().length(16),
      c: p.string().length(64),
      d: p.datetime(),
      e: p.smallint().default(5),
      f: p.text().default('x').index(),
    },
    { meanwhile: `insert into shop_thing (a, b, c, d) values (1, 'b', 'c', '2020-01-01')` },
  ),
  changed(
    'lengths of characters, bits and arrays, which a cast would cut',
    {
      a: p.string().length(20),
      b: p.string().columnType('bit(8)'),
      c: p.string().columnType('varbit(8)'),
      d: p.array().columnType('char(20)[]'),
    },
    {
      a: p.character().length(2),
      b: p.string().columnType('varbit(4)'),
      c: p.string().columnType('varbit(4)'),
      d: p.array().columnType('varchar(5)[]'),
    },
  ),
  changed(
    'types that need an explicit cast',
    { a: p.text(), b: p.text().default('1'), c: p.integer(), d: p.text() },
    { a: p.integer(), b: p.integer().default(1), c: p.boolean(), d: p.uuid() },
  ),
  {
    name: 'type of a key and of its foreign key',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    after: related((maker) => ({ maker: () => p.manyToOne(maker) }), { id: p.text().primary() }),
    meanwhile: 'insert into shop_maker default values; insert into shop_thing (maker_id) select id from shop_maker',
  },
  {
    name: 'serial key with a wider type',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    after: related((maker) => ({ maker: () => p.manyToOne(maker) }), { id: p.bigint().primary() }),
  },
  {
    name: 'serial column that becomes an identity',
    before: things({}),
    after: shop(
      entity('Thing', 'shop_thing', { properties: { id: p.integer().primary().generated('by default as identity') } }),
    ),
    meanwhile: 'insert into shop_thing default values',
  },
  {
    name: 'plain key that becomes serial',
    before: shop(
      entity('Thing', 'shop_thing', { properties: { id: p.integer().primary().autoincrement(false), name: p.text() } }),
    ),
    after: things({ name: p.text() }),
    meanwhile: `insert into shop_thing values (7, 'x')`,
  },
  {
    name: 'another primary key, with a foreign key to the old one',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) }), { id, code: p.string() }),
    after: (() => {
      const maker = entity('Maker', 'shop_maker', {
        properties: { id: p.integer().unique(), code: p.string().primary() },
      });
      return shop(maker, thing({ maker: p.integer().fieldName('maker_id') }));
    })(),
  },
  changed(
    'collation',
    { name: p.string(), code: p.text().collation('C') },
    { name: p.string().collation('C'), code: p.text() },
  ),
  changed(
    'columns dropped',
    { a: p.integer().index(), b: p.string().unique(), c: p.integer().check('c > 0'), d: p.text() },
    {},
  ),
  { name: 'tables dropped', before: related((maker) => ({ maker: () => p.manyToOne(maker) })), after: [] },
  {
    name: 'comments',
    before: things({ a: p.integer().comment('once'), b: p.integer() }, { comment: 'Of no "use"' }),
    after: things({ a: p.integer(), b: p.integer().comment(`It's b`) }, { comment: 'Of use' }),
  },
];

function subtypes(hasSubtype: boolean): readonly Sketch[] {
  const base = entity('Thing', 'shop_thing', { inheritance: 'tpt', properties: { id, name: p.string() } });
  const book = entity('Book', 'shop_book', { extends: base, properties: { pages: p.integer() } });
  return hasSubtype ? shop(base, book) : shop(base);
}
