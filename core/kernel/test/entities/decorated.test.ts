import { p } from '@mikro-orm/core';
import { describe, expect, it } from 'vitest';
import { extendEntity } from '../../src/contract/extend-entity.ts';
import { decoratorKinds, importDecorated } from '../../../../test/helper/decorated-source.ts';
import { entity, holding, load, refusal } from './support.ts';

/** A base class, an embeddable, enums, and relations of every kind. */
const shop = `
import { Collection } from '@mikro-orm/core';
import { Embeddable, Embedded, Entity, Enum, Index, ManyToMany, ManyToOne, OneToMany, OneToOne, PrimaryKey, Property, Unique } from '%decorators';

export class Numbered {
  @PrimaryKey({ type: 'integer' })
  id;
}

@Embeddable()
export class Price {
  @Property({ type: 'decimal', precision: 10, scale: 2 })
  amount;
  @Property({ type: 'string', length: 3, default: 'EUR' })
  currency;
}

@Entity({ tableName: 'shop_tag' })
export class Tag extends Numbered {
  @Unique()
  @Property({ type: 'string' })
  name;
}

@Entity({ tableName: 'shop_product' })
export class Product extends Numbered {
  @Index()
  @Property({ type: 'string', length: 80 })
  title;
  @Property({ type: 'json', nullable: true })
  details;
  @Enum({ items: ['draft', 'listed'], default: 'draft' })
  state;
  @Enum({ items: ['new', 'used'], nativeEnumName: 'shop_condition', nullable: true })
  condition;
  @Embedded(() => Price)
  price;
  @ManyToMany({ entity: () => Tag })
  tags = new Collection(this);
  @OneToMany({ entity: () => Review, mappedBy: 'product' })
  reviews = new Collection(this);
  @OneToOne({ entity: () => Picture, mappedBy: 'product' })
  picture;
}

@Entity({ tableName: 'shop_review' })
export class Review extends Numbered {
  @ManyToOne(() => Product, { deleteRule: 'cascade' })
  product;
  @Property({ type: 'text' })
  text;
}

@Entity({ tableName: 'shop_picture' })
export class Picture extends Numbered {
  @OneToOne(() => Product)
  product;
}

@Entity({ tableName: 'shop_thing', inheritance: 'tpt' })
export class Thing extends Numbered {
  @Property({ type: 'string' })
  label;
}

@Entity({ tableName: 'shop_toy' })
export class Toy extends Thing {
  @Property({ type: 'integer' })
  age;
}
`;

/** The same entities by defineEntity. */
function definedShop(): readonly object[] {
  const id = p.integer().primary();
  const Price = entity('Price', '', {
    embeddable: true,
    properties: { amount: p.decimal().precision(10).scale(2), currency: p.string().length(3).default('EUR') },
  });
  const Tag = entity('Tag', 'shop_tag', { properties: { id, name: p.string().unique() } });
  const Product: ReturnType<typeof entity> = entity('Product', 'shop_product', {
    properties: {
      id,
      title: p.string().length(80).index(),
      details: p.json().nullable(),
      state: p.enum(['draft', 'listed']).default('draft'),
      condition: p.enum(['new', 'used']).nativeEnumName('shop_condition').nullable(),
      price: () => p.embedded(Price),
      tags: () => p.manyToMany(Tag),
    },
  });
  const Review = entity('Review', 'shop_review', {
    properties: { id, product: () => p.manyToOne(Product).deleteRule('cascade'), text: p.text() },
  });
  const Picture = entity('Picture', 'shop_picture', {
    properties: { id, product: () => p.oneToOne(Product).owner() },
  });
  const Thing = entity('Thing', 'shop_thing', { inheritance: 'tpt', properties: { id, label: p.string() } });
  const Toy = entity('Toy', 'shop_toy', { extends: Thing, properties: { age: p.integer() } });
  return [Tag, Product, Review, Picture, Thing, Toy];
}

describe.each(decoratorKinds)('entities with %s decorators', (kind) => {
  const listed = ['Tag', 'Product', 'Review', 'Picture', 'Thing', 'Toy'] as const;
  const sketchOf = async (names: readonly ((typeof listed)[number] | 'Numbered' | 'Price')[] = listed) => {
    const module = await importDecorated<(typeof listed)[number] | 'Numbered' | 'Price'>(shop, kind);
    return { ...module, name: 'core', entities: names.map((name) => module[name]) };
  };

  it('create the same tables, with the same owners, as those that defineEntity declares', async () => {
    const defined = await load({ name: 'core', entities: definedShop() });
    const decorated = await load(await sketchOf());
    expect(statementsOf(await decorated.createSql())).toEqual(statementsOf(await defined.createSql()));
    expect(byName(decorated.ownership.objects)).toEqual(byName(defined.ownership.objects));
  });

  it('may list base classes and embeddables too, which changes nothing', async () => {
    const some = await load(await sketchOf());
    const all = await load(await sketchOf(['Numbered', 'Price', ...listed]));
    expect(await all.createSql()).toBe(await some.createSql());
  });

  it('can be loaded twice in one process, with different extensions', async () => {
    const sketch = await sketchOf();
    const extended = extendEntity(sketch.Product, { rank: p.integer().default(0) });
    const first = await load(sketch, { name: 'ranks', extend: [extended] });
    const second = await load(sketch);
    expect(first.ownership.objects).toContainEqual(expect.objectContaining({ name: 'rank', owner: 'ranks' }));
    expect(second.ownership.objects.filter(({ name }) => name === 'rank')).toEqual([]);
  });

  it('can be extended by, referred to and subtyped from entities of other plugins, of either form', async () => {
    const sketch = await sketchOf();
    const { Tag, Product, Thing } = sketch;
    const Story = entity('Story', 'app_story', { extends: Thing, properties: { title: p.string() } });
    const Wish = entity('Wish', 'app_wish', {
      properties: { id: p.integer().primary(), product: () => p.manyToOne(Product) },
    });
    const extend = [
      extendEntity(Product, { rank: p.integer().default(0), related: () => p.manyToMany(Tag) }),
      extendEntity(Thing, { weight: p.integer().nullable() }),
    ];
    const { ownership } = await load(sketch, { name: 'app', entities: [Story, Wish], extend });
    const ofApp = ownership.objects.filter(({ owner, kind }) => owner === 'app' && /table|pivot|column/.test(kind));
    const names = ofApp.map(({ kind, table, name }) => `${kind} ${table === name ? '' : `${table}.`}${name}`);
    expect(names.toSorted()).toEqual([
      'column app_story.id',
      'column app_story.title',
      'column app_wish.id',
      'column app_wish.product_id',
      'column shop_product.rank',
      'column shop_product_related.product_id',
      'column shop_product_related.tag_id',
      'column shop_thing.weight',
      'pivot shop_product_related',
      'table app_story',
      'table app_wish',
    ]);
  });

  it('can be subtypes of an entity of another plugin, and may not repeat its properties', async () => {
    const module = await importDecorated<'Thing' | 'Toy' | 'Doll'>(
      `import { Entity, PrimaryKey, Property } from '%decorators';
      @Entity({ tableName: 'core_thing', inheritance: 'tpt' })
      export class Thing { @PrimaryKey({ type: 'integer' }) id; @Property({ type: 'string' }) label; }
      @Entity({ tableName: 'app_toy' })
      export class Toy extends Thing { @Property({ type: 'string' }) color; }
      @Entity({ tableName: 'app_doll' })
      export class Doll extends Thing { @Property({ type: 'text' }) label; }`,
      kind,
    );
    const core = { name: 'core', entities: [module.Thing] };
    const { ownership } = await load(core, { name: 'app', entities: [module.Toy] });
    const columns = ownership.objects.filter(({ kind: of }) => of === 'column');
    expect(columns.map(({ table, name, owner }) => `${table}.${name} ${owner}`).toSorted()).toEqual([
      'app_toy.color app',
      'app_toy.id app',
      'core_thing.id core',
      'core_thing.label core',
    ]);
    expect(await refusal(core, { name: 'app', entities: [module.Doll] })).toMatchObject({
      code: 'COLUMN_COLLISION',
      details: { what: 'property', name: 'Doll.label' },
    });
  });

  it('are refused without @Entity() on the class, unless they are the base of a listed entity', async () => {
    const module = await importDecorated<'Bare' | 'Draft' | 'Note'>(
      `import { Entity, PrimaryKey, Property } from '%decorators';
      export class Bare { @PrimaryKey({ type: 'integer' }) id; @Property({ type: 'string' }) text; }
      @Entity({ tableName: 'likes_note' })
      export class Note extends Bare { @Property({ type: 'string' }) title; }
      export class Draft extends Note {}`,
      kind,
    );
    for (const entity of ['Bare', 'Draft'] as const) {
      expect(await refusal({ name: 'likes', entities: [module[entity]] })).toMatchObject({
        code: 'ENTITY_CLASS_MISSING',
        details: { plugin: 'likes', entity, decorated: true },
        hint: holding(`before "class ${entity}": @Entity(`),
      });
    }
    const { ownership } = await load({ name: 'likes', entities: [module.Bare, module.Note] });
    expect(ownership.objects.filter(({ kind: of }) => of === 'table').map(({ name }) => name)).toEqual(['likes_note']);
  });

  it('are refused with the entity and the property if no type is known', async () => {
    const { Note } = await importDecorated<'Note'>(
      `import { Entity, PrimaryKey, Property } from '%decorators';
      @Entity({ tableName: 'likes_note' })
      export class Note { @PrimaryKey({ type: 'integer' }) id; @Property() text: string; }`,
      kind,
    );
    expect(await refusal({ name: 'likes', entities: [Note] })).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { plugin: 'likes', entity: 'Note.text' },
      hint: holding('metadataProvider: ReflectMetadataProvider'),
    });
  });
});

describe('a metadata provider', () => {
  const bare = `
    import { Embeddable, Embedded, Entity, ManyToOne, PrimaryKey, Property } from '%decorators';
    export { ReflectMetadataProvider } from '%decorators';
    export class Numbered { @PrimaryKey() id: number; }
    @Embeddable()
    export class Price { @Property() amount: number; }
    @Entity({ tableName: 'likes_product' })
    export class Product extends Numbered {
      @Property() title: string;
      @Property() sold: boolean;
      @Property() since: Date;
      @Embedded() price: Price;
      @ManyToOne() parent: Product;
    }`;
  const stated = `
    import { Embeddable, Embedded, Entity, ManyToOne, PrimaryKey, Property } from '%decorators';
    export class Numbered { @PrimaryKey({ type: 'number' }) id; }
    @Embeddable()
    export class Price { @Property({ type: 'number' }) amount; }
    @Entity({ tableName: 'likes_product' })
    export class Product extends Numbered {
      @Property({ type: 'string' }) title;
      @Property({ type: 'boolean' }) sold;
      @Property({ type: 'Date' }) since;
      @Embedded(() => Price) price;
      @ManyToOne(() => Product) parent;
    }`;
  const Person = entity('Person', 'core_person', { properties: { id: p.integer().primary() } });
  const core = { name: 'core', entities: [Person] };

  it('reads the types of the decorated entities of its plugin, of their bases and of their embeddables', async () => {
    const { Price, Product, ReflectMetadataProvider } = await importDecorated<
      'Price' | 'Product' | 'ReflectMetadataProvider'
    >(bare, 'legacy');
    const likes = { name: 'likes', entities: [Product, Price], metadataProvider: ReflectMetadataProvider };
    const expected = await importDecorated<'Product'>(stated, 'legacy');
    expect(await (await load(core, likes)).createSql()).toBe(
      await (await load(core, { name: 'likes', entities: [expected.Product] })).createSql(),
    );
  });

  it('does not apply to the entities of other plugins', async () => {
    const { Price, Product, ReflectMetadataProvider } = await importDecorated<
      'Price' | 'Product' | 'ReflectMetadataProvider'
    >(bare, 'legacy');
    const votes = { name: 'votes', entities: [], metadataProvider: ReflectMetadataProvider };
    expect(await refusal(core, { name: 'likes', entities: [Product, Price] }, votes)).toMatchObject({
      code: 'ENTITY_INVALID',
      details: { plugin: 'likes' },
    });
  });
});

function statementsOf(sql: string): readonly string[] {
  return sql
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}

function byName<Named extends { readonly name: string; readonly kind: string; readonly table: string | null }>(
  objects: readonly Named[],
): readonly Named[] {
  const key = ({ kind, table, name }: Named): string => `${kind} ${table} ${name}`;
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
