import { p } from '@mikro-orm/core';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import { altered, id, related, shop, some, thing, type DifferenceCase } from './difference-case.ts';

/** Changes of constraints and indexes. */
export const constraintCases: readonly DifferenceCase[] = [
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
    'index renamed to the name of a dropped index',
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
    name: 'foreign key and its actions',
    before: related((maker) => ({ maker: () => p.manyToOne(maker), other: () => p.manyToOne(maker).nullable() })),
    after: related((maker) => ({
      maker: () => p.manyToOne(maker).deleteRule('cascade'),
      third: () => p.manyToOne(maker).nullable().deferMode('deferred'),
    })),
  },
  {
    name: 'foreign key that was added not valid',
    before: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    after: related((maker) => ({ maker: () => p.manyToOne(maker) })),
    meanwhile: `alter table shop_thing drop constraint shop_thing_maker_id_foreign;
      alter table shop_thing add constraint shop_thing_maker_id_foreign foreign key (maker_id) references shop_maker not valid`,
  },
  {
    name: 'unique constraint behind a foreign key that becomes a unique index',
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
