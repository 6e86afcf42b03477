import { p } from '@mikro-orm/core';
import fc from 'fast-check';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import { schemaPieces, type PieceNames, type SchemaPiece } from './schema-pieces.ts';

/** The variant of each piece that a schema contains, by the name of the piece. */
type Pieces = ReadonlyMap<string, number>;

/** A schema of entities and hand-written SQL, and a change to either. */
export interface RandomSchema {
  readonly changed: 'entities' | 'sql';
  /** A short description of the change. */
  readonly change: string;
  readonly before: SchemaSource;
  readonly after: SchemaSource;
  /** The value of `--rename`; `null` if the change renames nothing. */
  readonly rename: string | null;
}

/** The source of one schema. */
export interface SchemaSource {
  readonly entities: readonly Sketch[];
  /** One text for each piece. */
  readonly sql: readonly string[];
}

/** Everything about the entities that a change can change. */
interface Shop {
  readonly names: PieceNames;
  readonly nameType: 'varchar(20)' | 'varchar(30)' | 'text';
  readonly priceType: 'int' | 'bigint';
  readonly states: readonly string[];
  readonly hasSpare: boolean;
  readonly twice: string;
  readonly isNoteRequired: boolean;
  readonly comment: string | null;
  readonly isNameUnique: boolean;
  readonly isNoteIndexed: boolean;
  readonly checked: number;
  readonly deleteRule: 'cascade' | 'set null';
  readonly defaultQty: number;
  readonly viewOver: string;
}

const shop: Shop = {
  names: { item: 'shop_item', name: 'name' },
  nameType: 'varchar(20)',
  priceType: 'int',
  states: ['new', 'old', 'gone'],
  hasSpare: true,
  twice: 'price * 2',
  isNoteRequired: false,
  comment: null,
  isNameUnique: false,
  isNoteIndexed: false,
  checked: 0,
  deleteRule: 'cascade',
  defaultQty: 1,
  viewOver: 'price',
};

const renamed = (from: string, names: Partial<PieceNames>): { shop: Partial<Shop>; rename: string } => ({
  shop: { names: { ...shop.names, ...names } },
  rename: from,
});

const entityChanges: Readonly<Record<string, { readonly shop: Partial<Shop>; readonly rename?: string }>> = {
  'longer column': { shop: { nameType: 'varchar(30)' } },
  'column of another type': { shop: { nameType: 'text' } },
  'wider number': { shop: { priceType: 'bigint' } },
  'two columns of another type': { shop: { nameType: 'text', priceType: 'bigint' } },
  'more values': { shop: { states: ['new', 'seen', 'old', 'gone'] } },
  'fewer values': { shop: { states: ['new', 'old'] } },
  'column dropped': { shop: { hasSpare: false } },
  'column generated differently': { shop: { twice: 'price * 3' } },
  'column required': { shop: { isNoteRequired: true } },
  comment: { shop: { comment: 'an item' } },
  'unique constraint': { shop: { isNameUnique: true } },
  index: { shop: { isNoteIndexed: true, nameType: 'text' } },
  check: { shop: { checked: 1 } },
  'foreign key': { shop: { deleteRule: 'set null' } },
  default: { shop: { defaultQty: 2, priceType: 'bigint' } },
  view: { shop: { viewOver: 'note' } },
  'table renamed': renamed('shop_item:shop_thing', { item: 'shop_thing' }),
  'column renamed': renamed('shop_item.name:title', { name: 'title' }),
  'table and column renamed': renamed('shop_item:shop_thing,shop_item.name:title', {
    item: 'shop_thing',
    name: 'title',
  }),
};

function entitiesOf(shape: Shop): readonly Sketch[] {
  const { names, nameType, priceType, hasSpare, twice, isNoteRequired, comment, checked, states } = shape;
  const text = p.text().fieldName(names.name).columnType(nameType);
  const note = isNoteRequired ? p.text() : p.text().nullable();
  const number = priceType === 'int' ? p.integer() : p.bigint();
  const item = entity('Item', names.item, {
    ...(comment !== null && { comment }),
    properties: {
      id: p.integer().primary(),
      name: shape.isNameUnique ? text.unique() : text,
      price: number,
      note: shape.isNoteIndexed ? note.index() : note,
      state: p
        .enum([...states])
        .nativeEnumName('shop_state')
        .default('new'),
      twice: (priceType === 'int' ? p.integer() : p.bigint()).generated(`(${twice}) stored`),
      ...(hasSpare && { spare: p.integer().nullable() }),
    },
    checks: [{ name: 'shop_item_price', expression: `price >= ${checked}` }],
  });
  const part = entity('Part', 'shop_part', {
    properties: {
      id: p.integer().primary(),
      item: () => p.manyToOne(item).fieldName('item_id').nullable().deleteRule(shape.deleteRule),
      label: p.string(),
      qty: p.integer().default(shape.defaultQty),
    },
  });
  const listed = entity('Listed', 'shop_listed', {
    view: { materialized: true },
    expression: `select id, ${shape.viewOver} as shown from ${names.item}`,
    properties: { id: p.integer().primary(), shown: p.text() },
  });
  return [{ name: 'shop', entities: [item, part, listed] }];
}

function sqlOf(pieces: Pieces, { names, hasSpare }: Shop): readonly string[] {
  return schemaPieces.flatMap(({ name, variants, droppedWith }) => {
    const variant = pieces.get(name);
    if (variant === undefined || (droppedWith !== undefined && !hasSpare)) return [];
    const texts = variants(names);
    return [texts[variant % texts.length] ?? ''];
  });
}

/** Adds the pieces that others need. */
function complete(pieces: Pieces): Pieces {
  const all = new Map(pieces);
  for (const { name, needs = {} } of schemaPieces.toReversed()) {
    const variant = all.get(name);
    if (variant === undefined) continue;
    for (const [other, suffice] of Object.entries(needs)) {
      const found = all.get(other);
      if (found === undefined) all.set(other, suffice[variant % suffice.length] ?? variant);
      else if (suffice.length > 0 && !suffice.includes(found)) all.set(other, suffice[0] ?? 0);
    }
  }
  return new Map(
    schemaPieces.flatMap(({ name, variants }) => {
      const variant = all.get(name);
      return variant === undefined ? [] : [[name, variant % variants(shop.names).length] as const];
    }),
  );
}

const choice = fc.noBias(fc.nat({ max: 999 }));

/** Each piece is part of a schema with the probability of one third, more often if another one needs it. */
const somePieces: fc.Arbitrary<Pieces> = fc
  .tuple(...schemaPieces.map(({ name }) => fc.tuple(fc.constant(name), fc.noBias(fc.nat({ max: 2 })), choice)))
  .map((chosen) =>
    complete(new Map(chosen.flatMap(([name, is, variant]) => (is === 0 ? [[name, variant] as const] : [])))),
  );

/** Returns pieces with another variant of a piece, or without it. Nothing else changes. */
function rewritten(pieces: Pieces, { name, variants }: SchemaPiece, variant: number): readonly [Pieces, Pieces] {
  const count = variants(shop.names).length;
  const before = complete(new Map([...pieces, [name, pieces.get(name) ?? variant]]));
  const next = ((before.get(name) ?? 0) + 1 + (variant % count)) % (count + 1);
  const others = new Map([...before].filter(([other]) => other !== name));
  const after = complete(next === count ? others : new Map([...others, [name, next]]));
  return variant % 2 === 0 ? [before, after] : [after, before];
}

/** Random schemas of all classes of objects, each with a random change. */
export const randomSchemas: fc.Arbitrary<RandomSchema> = fc.oneof(
  fc
    .tuple(somePieces, fc.constantFrom(...Object.entries(entityChanges)))
    .map(([pieces, [change, one]]): RandomSchema => {
      const now = { ...shop, ...one.shop };
      const before = { entities: entitiesOf(shop), sql: sqlOf(pieces, shop) };
      const after = { entities: entitiesOf(now), sql: sqlOf(pieces, now) };
      return { changed: 'entities', change, before, after, rename: one.rename ?? null };
    }),
  fc.tuple(somePieces, fc.constantFrom(...schemaPieces), choice).map(([pieces, piece, variant]): RandomSchema => {
    const [before, after] = rewritten(pieces, piece, variant);
    const shown = (variants: Pieces): string => String(variants.get(piece.name) ?? 'none');
    const sourceOf = (chosen: Pieces): SchemaSource => ({ entities: entitiesOf(shop), sql: sqlOf(chosen, shop) });
    const change = `${piece.name}: ${shown(before)} → ${shown(after)}`;
    return { changed: 'sql', change, before: sourceOf(before), after: sourceOf(after), rename: null };
  }),
);
