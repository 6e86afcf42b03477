import { p } from '@mikro-orm/core';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import type { StepOptions } from './bench.ts';

/** A kind of change: two states of one plugin's entities. */
export interface Case extends StepOptions {
  readonly name: string;
  readonly before: readonly Sketch[];
  readonly after: readonly Sketch[];
}

const id = p.integer().primary();

/** A plugin with these entities. */
function shop(...entities: readonly ReturnType<typeof entity>[]): readonly Sketch[] {
  return [{ name: 'core', entities }];
}

/** An entity with an id and these properties. */
function thing(properties: object, rest: object = {}): ReturnType<typeof entity> {
  return entity('Thing', 'shop_thing', { properties: { id, ...properties }, ...rest });
}

/** A plugin whose one entity has these properties. */
function things(properties: object, rest: object = {}): readonly Sketch[] {
  return shop(thing(properties, rest));
}

/** A change of the properties of one entity. */
function changed(name: string, before: object, after: object, options: StepOptions = {}): Case {
  return { name, before: things(before), after: things(after), ...options };
}

/** The same with further fields of the entity. */
function altered(name: string, properties: object, before: object, after: object): Case {
  return { name, before: things(properties, before), after: things(properties, after) };
}

/** Two entities, of which one refers to the other. */
function related(properties: (other: ReturnType<typeof entity>) => object, key: object = { id }): readonly Sketch[] {
  const maker = entity('Maker', 'shop_maker', { properties: key });
  return shop(maker, thing(properties(maker)));
}

const mood = (...items: readonly string[]) => p.enum([...items]).nativeEnumName('shop_mood');
const some = { name: p.string().length(64), price: p.integer() };

/** Changes of tables and columns. */
export const tableCases: readonly Case[] = [
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
    name: 'new tables that refer to each other in a circle',
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
    name: 'new table with names that have capitals and quotes',
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
    name: 'new table with a key of two columns and a reference to it',
    before: [],
    after: (() => {
      const line = entity('Line', 'shop_line', {
        properties: { order: p.integer().primary(), no: p.integer().primary(), what: p.text() },
      });
      return shop(line, thing({ line: () => p.manyToOne(line).nullable() }));
    })(),
  },
  {
    name: 'new table that refers to itself, and an identity',
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
    name: 'renamed table with references to it',
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
    'defaults that read like another type',
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
    'types that PostgreSQL converts by itself',
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
    'types that need a conversion',
    { a: p.text(), b: p.text().default('1'), c: p.integer(), d: p.text() },
    { a: p.integer(), b: p.integer().default(1), c: p.boolean(), d: p.uuid() },
  ),
  {
    name: 'type of a key and of what refers to it',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    after: related((maker) => ({ maker: () => p.manyToOne(maker) }), { id: p.text().primary() }),
    meanwhile: 'insert into shop_maker default values; insert into shop_thing (maker_id) select id from shop_maker',
  },
  {
    name: 'serial key made wider',
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
    name: 'key that was no serial',
    before: shop(
      entity('Thing', 'shop_thing', { properties: { id: p.integer().primary().autoincrement(false), name: p.text() } }),
    ),
    after: things({ name: p.text() }),
    meanwhile: `insert into shop_thing values (7, 'x')`,
  },
  {
    name: 'another primary key, with references to the old one',
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

function subtypes(there: boolean): readonly Sketch[] {
  const base = entity('Thing', 'shop_thing', { inheritance: 'tpt', properties: { id, name: p.string() } });
  const book = entity('Book', 'shop_book', { extends: base, properties: { pages: p.integer() } });
  return there ? shop(base, book) : shop(base);
}

/** Changes of what stands on tables. */
export const partCases: readonly Case[] = [
  altered(
    'indexes',
    some,
    {},
    {
      indexes: [
        { properties: ['name', 'price'] },
        {
          name: 'shop_thing_cheap',
          expression: 'create index "shop_thing_cheap" on "shop_thing" ("price") where price < 10',
        },
        {
          name: 'shop_thing_lower',
          expression: 'create index "shop_thing_lower" on "shop_thing" (lower("name"), "price" desc)',
        },
      ],
      uniques: [
        { properties: ['name'] },
        {
          name: 'shop_thing_one_free',
          expression: 'create unique index "shop_thing_one_free" on "shop_thing" ("name") where price = 0',
        },
      ],
    },
  ),
  altered('indexes dropped', some, { indexes: [{ properties: ['price'] }], uniques: [{ properties: ['name'] }] }, {}),
  altered(
    'index changed',
    some,
    { indexes: [{ name: 'shop_thing_i', properties: ['name'] }] },
    { indexes: [{ name: 'shop_thing_i', properties: ['price'] }] },
  ),
  altered(
    'index and constraint renamed',
    some,
    {
      indexes: [{ name: 'shop_thing_i', properties: ['name'] }],
      uniques: [{ name: 'shop_thing_u', properties: ['price'] }],
    },
    {
      indexes: [{ name: 'shop_thing_j', properties: ['name'] }],
      uniques: [{ name: 'shop_thing_v', properties: ['price'] }],
    },
  ),
  altered(
    'index renamed to the name of one that goes',
    some,
    {
      indexes: [
        { name: 'shop_thing_i', properties: ['name'] },
        { name: 'shop_thing_j', properties: ['price'] },
      ],
    },
    { indexes: [{ name: 'shop_thing_j', properties: ['name'] }] },
  ),
  altered(
    'checks',
    some,
    {
      checks: [
        { name: 'shop_thing_price', expression: 'price >= 0' },
        { name: 'shop_thing_old', expression: `name <> 'x'` },
      ],
    },
    {
      checks: [
        { name: 'shop_thing_price', expression: 'price > 0' },
        { name: 'shop_thing_new', expression: `name in ('A', 'b')` },
      ],
    },
  ),
  {
    name: 'reference and its rules',
    before: related((maker) => ({ maker: () => p.manyToOne(maker), other: () => p.manyToOne(maker).nullable() })),
    after: related((maker) => ({
      maker: () => p.manyToOne(maker).deleteRule('cascade'),
      third: () => p.manyToOne(maker).nullable().deferMode('deferred'),
    })),
  },
  {
    name: 'reference that was added without a look at the rows there were',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    after: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    meanwhile: `alter table shop_thing drop constraint shop_thing_maker_id_foreign;
      alter table shop_thing add constraint shop_thing_maker_id_foreign foreign key (maker_id) references shop_maker not valid`,
  },
  {
    name: 'unique key under a reference made another way',
    before: keyed('shop_maker_code_unique', false),
    after: keyed('shop_maker_code_unique', true),
  },
];

function keyed(name: string, isIndex: boolean): readonly Sketch[] {
  const unique = isIndex
    ? { name, expression: `create unique index "${name}" on "shop_maker" ("code")` }
    : { name, properties: ['code'] };
  const maker = entity('Maker', 'shop_maker', { properties: { id, code: p.string() }, uniques: [unique] });
  return shop(
    maker,
    thing({
      maker: () =>
        p.manyToOne(maker).referencedColumnNames('code').fieldName('maker_code').columnType('varchar(255)').nullable(),
    }),
  );
}

/** Changes of enums, computed columns and what is known by its text. */
export const otherCases: readonly Case[] = [
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
    'native enum with fewer values, and a column that no longer has it',
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
  changed('enum by check', { kind: p.enum(['a', 'b']) }, { kind: p.enum(['a', 'b', 'c']) }),
  changed('computed column', some, { ...some, twice: p.integer().generated('(price * 2) stored') }),
  changed(
    'computed column with an index, computed otherwise',
    { ...some, twice: p.integer().generated('(price * 2) stored').index() },
    { ...some, twice: p.integer().generated('(price * 3) stored').index() },
  ),
  changed(
    'computed column over one whose type changes',
    { price: p.integer(), twice: p.integer().generated('(price + 1) stored').index() },
    { price: p.bigint(), twice: p.bigint().generated('(price + 1) stored').index() },
  ),
  changed(
    'computed column that becomes a plain one',
    { price: p.integer(), twice: p.integer().generated('(price * 2) stored') },
    { price: p.integer(), twice: p.integer() },
  ),
  changed(
    'plain column that becomes a computed one',
    { price: p.integer(), twice: p.integer().unique() },
    { price: p.integer(), twice: p.integer().generated('(price * 2) stored').unique() },
  ),
  changed(
    'computed column dropped with what it is computed from',
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
    name: 'view that becomes a materialized one, and a table that becomes a view',
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
