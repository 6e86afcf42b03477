import { p } from '@mikro-orm/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import { replayDown, replayUp } from '../../src/shadow/replay.ts';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { entity } from '../../../kernel/test/entities/support.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { openAuthoring, revisionOf, type Authoring, type InMemoryPlugin } from '../../../../test/helper/authoring.ts';

/** A plugin with one table, and a materialized view if `more` says so. */
function shop(length: number, ...more: readonly ReturnType<typeof entity>[]): readonly InMemoryPlugin[] {
  const properties = { id: p.integer().primary(), name: p.string().length(length), price: p.integer() };
  return [{ name: 'shop', entities: [entity('Item', 'shop_item', { properties }), ...more] }];
}

function byHand(id: string, revises: string, up: string): Revision {
  const [plugin = '', slug = ''] = id.split('@');
  return checkRevision(defineRevision({ id, revises, up: { ...sql``, text: up } }), plugin, slug, `${slug}.ts`);
}

describe.each(databaseKinds)('a revision that rebuilds objects around its change, on %s', (kind) => {
  let authoring: Authoring;
  let revisions: Revision[];
  beforeAll(async () => {
    authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => authoring[Symbol.asyncDispose]());
  beforeEach(() => {
    revisions = [];
  });

  /** Creates the next revision of the plugin and returns its SQL. */
  async function create(plugins: readonly InMemoryPlugin[]): Promise<string> {
    const { revision } = await authoring.draft(plugins, revisions, 'shop');
    if (revision === null) throw new Error('there are no changes');
    revisions.push(revisionOf(revision));
    return revision.up;
  }

  /** The differences that the latest revision makes, and those that are left after its `down`. */
  async function effects(): Promise<{ readonly up: readonly string[]; readonly down: readonly string[] }> {
    const { shadow } = authoring;
    const earlier = revisions.slice(0, -1);
    const latest = revisions.slice(-1);
    await shadow.empty();
    await replayUp(shadow, earlier);
    const before = await shadow.catalog();
    await replayUp(shadow, latest);
    const after = await shadow.catalog();
    await replayDown(shadow, latest);
    const returned = await shadow.catalog();
    return {
      up: differenceOf(before, after).map(explainChange),
      down: differenceOf(before, returned).map(explainChange),
    };
  }

  it.each([
    ['an option of a view', 'create view shop_v with (security_invoker = true) as select id, name from shop_item;'],
    [
      'everything on a view',
      `create view shop_v with (check_option = local) as select id, name from shop_item;
        alter view shop_v alter column name set default 'x'; grant select on shop_v to pg_monitor; comment on view shop_v is 'v';
        create rule shop_r as on delete to shop_v do instead nothing;
        create function shop_f() returns trigger language plpgsql as 'begin return new; end';
        create trigger shop_t instead of update on shop_v for each row execute function shop_f();
        create view shop_w with (security_barrier = true) as select name from shop_v; grant select on shop_w to public;`,
    ],
    [
      'the indexes of a materialized view',
      `create materialized view shop_m with (fillfactor = 70) as select id, name from shop_item;
        create unique index shop_m_key on shop_m (id); create index shop_m_name on shop_m (name); alter table shop_m cluster on shop_m_key;`,
    ],
    [
      'expressions over the column',
      `create materialized view shop_m as select id, name from shop_item where name = 'x';
        create index shop_m_other on shop_m (name) where name <> 'y'; create statistics shop_s on lower(name), price from shop_item;
        alter table shop_item add constraint shop_e exclude using btree (name with =) where (name <> 'q');`,
    ],
    [
      'a publication and views on views',
      `create publication shop_pub for table shop_item (id, price) where (price > 0); create view shop_v as select * from shop_item;
        create view shop_w with (security_invoker) as select name from shop_v; comment on view shop_w is 'second';`,
    ],
    [
      'the tables and the filter of a publication',
      `create publication shop_pub for table shop_item (id, name) where (name <> 'x') with (publish = 'insert');
        comment on publication shop_pub is 'some';`,
    ],
    [
      'functions with SQL bodies and what uses them',
      `create function shop_f(n int) returns text stable begin atomic select name from shop_item where id = n; end;
        grant execute on function shop_f(int) to pg_monitor; create procedure shop_d(n int) begin atomic delete from shop_item where name = 'x'; end;
        create policy shop_p on shop_item using (shop_f(price) is not null); create view shop_v as select shop_f(1) as name;`,
    ],
    [
      'the state of a trigger, a rule and a policy',
      `create function shop_f() returns trigger language plpgsql as 'begin return new; end';
        create trigger shop_t before update of name on shop_item for each row execute function shop_f();
        alter table shop_item disable trigger shop_t; comment on trigger shop_t on shop_item is 'off';
        create policy shop_p on shop_item using (name <> ''); comment on policy shop_p on shop_item is 'named';`,
    ],
    [
      'the settings of the column and of its table',
      `alter table shop_item alter name set storage external, alter name set statistics 50; alter table shop_item set (fillfactor = 60);
        alter table shop_item set unlogged; alter sequence shop_item_id_seq increment by 50; grant select (name) on shop_item to pg_monitor;
        grant all on shop_item to public; alter table shop_item replica identity full; create statistics shop_s on name, price from shop_item;`,
    ],
    [
      'the state of foreign keys to the column, and the settings of a child',
      `alter table shop_item add constraint shop_k unique (name); create table shop_o (a varchar(20) references shop_item (name), b varchar(20));
        alter table shop_o add constraint shop_b foreign key (b) references shop_item (name) not valid, disable trigger all;
        create table shop_child (extra int) inherits (shop_item); alter table shop_child alter name set storage external;
        create index shop_i on shop_child (lower(name)); alter index shop_i alter column 1 set statistics 44;`,
    ],
  ])('keeps %s, and `down` brings it back', async (_, up) => {
    await create(shop(20));
    revisions.push(byHand('shop@0002_by_hand', revisions[0]?.id ?? '', up));
    await create(shop(30));
    expect(await effects()).toEqual({
      up: ['change column shop_item.name: varchar(20) → varchar(30)'],
      down: [],
    });
  });

  it('creates, keeps and changes the index of a materialized view that an entity declares', async () => {
    const view = (indexes: object): ReturnType<typeof entity> =>
      entity('Listed', 'shop_listed', {
        view: { materialized: true },
        expression: 'select id, name from shop_item',
        properties: { id: p.integer().primary(), name: p.text() },
        ...indexes,
      });
    expect(await create(shop(20, view({})))).toContain(
      'create unique index shop_listed_pkey on shop_listed using btree (id);',
    );
    expect(await create(shop(30, view({})))).toContain(
      'create unique index shop_listed_pkey on shop_listed using btree (id);',
    );
    expect(await effects()).toEqual({ up: ['change column shop_item.name: varchar(20) → varchar(30)'], down: [] });
    expect(await create(shop(30, view({ indexes: [{ name: 'shop_listed_name', properties: ['name'] }] })))).toBe(
      'create index shop_listed_name on shop_listed using btree (name);',
    );
  });

  it('keeps the privileges of a view that becomes a materialized view, and drops the settings of an index with it', async () => {
    const view = (rest: object): ReturnType<typeof entity> =>
      entity('Listed', 'shop_listed', {
        view: { materialized: true },
        expression: 'select id, name from shop_item',
        properties: { id: p.integer().primary(), name: p.text() },
        ...rest,
      });
    await create(shop(20, view({ view: true })));
    const grant = 'grant select on shop_listed to public; grant select (name) on shop_listed to pg_monitor;';
    revisions.push(byHand('shop@0002_grant', revisions[0]?.id ?? '', grant));
    const indexes = [{ name: 'shop_listed_name', properties: ['name'] }];
    const up = await create(shop(20, view({ indexes })));
    expect(up).toContain('grant select on table shop_listed to public');
    expect(up).toContain('grant select (name) on shop_listed to pg_monitor');
    const clustering = 'alter materialized view shop_listed cluster on shop_listed_name;';
    revisions.push(byHand('shop@0004_cluster', revisions.at(-1)?.id ?? '', clustering));
    expect(await create(shop(20, view({})))).toContain('drop index shop_listed_name;');
    expect(await effects()).toMatchObject({ down: [] });
  });

  it('rebuilds a virtual generated column, whose syntax is newer than the oldest server', async () => {
    await create(shop(20));
    const virtual = 'alter table shop_item add column upper_name text generated always as (upper(name)) virtual;';
    revisions.push(byHand('shop@0002_virtual', revisions[0]?.id ?? '', virtual));
    expect(await create(shop(30))).toContain('virtual');
    expect(await effects()).toMatchObject({ down: [] });
  });

  it('drops a column from the tables that inherit it, too', async () => {
    await create(shop(20));
    const children = `create table shop_child (extra int) inherits (shop_item); create index shop_i on shop_child (extra, price);
      create table shop_grandchild (more int) inherits (shop_child); create table shop_own (price int not null) inherits (shop_item);`;
    revisions.push(byHand('shop@0002_children', revisions[0]?.id ?? '', children));
    const properties = { id: p.integer().primary(), name: p.string().length(20) };
    await create([{ name: 'shop', entities: [entity('Item', 'shop_item', { properties })] }]);
    const { up, down } = await effects();
    expect(up).toContain('drop column shop_item.price');
    expect(down).toEqual([]);
  });

  it('lists what is dropped with a column although it covers others too', async () => {
    await create(shop(20));
    const made = `create index shop_i on shop_item (id) where price > 0; alter table shop_item add constraint shop_u unique (id, price);
      alter table shop_item add constraint shop_c check (price > id); create index shop_p on shop_item (price);`;
    revisions.push(byHand('shop@0002_by_hand', revisions[0]?.id ?? '', made));
    const properties = { id: p.integer().primary(), name: p.string().length(20) };
    const without = [{ name: 'shop', entities: [entity('Item', 'shop_item', { properties })] }];
    const { changes } = await authoring.draft(without, revisions, 'shop');
    expect(changes.toSorted()).toEqual([
      'drop check shop_item.shop_c over price, id',
      'drop column shop_item.price',
      'drop index shop_item.shop_i over id',
      'drop unique shop_item.shop_u over id, price',
    ]);
    await create(without);
    expect(await effects()).toMatchObject({ down: [] });
  });

  it('is proven in a database whose default privileges change what new objects grant', async () => {
    await create(shop(20));
    const privileges = `alter default privileges grant select on tables to pg_monitor; alter default privileges grant usage on sequences to pg_monitor;`;
    revisions.push(byHand('shop@0002_default_privileges', revisions[0]?.id ?? '', privileges));
    const other = entity('Other', 'shop_other', { properties: { id: p.integer().primary() } });
    await create(shop(20, other));
    expect(await effects()).toMatchObject({ down: [] });
    expect(await authoring.check(shop(20, other), revisions)).toEqual([]);
  });

  it('is not proven if it changes anything else, here through an event trigger', async () => {
    await create(shop(20));
    const trigger = `create function shop_f() returns event_trigger language plpgsql as $$
        begin grant select on shop_item to public; end$$;
      create event trigger shop_e on ddl_command_end when tag in ('ALTER TABLE') execute function shop_f();`;
    revisions.push(byHand('shop@0002_event_trigger', revisions[0]?.id ?? '', trigger));
    await expect(authoring.draft(shop(30), revisions, 'shop')).rejects.toMatchObject({
      code: 'PROOF_FAILED',
      details: {
        claim: 'it also changes objects that the changes to the entities are not about',
        differences: ['set privileges of public on table shop_item'],
      },
    });
  });

  it('counts the objects that the proof does not compare', async () => {
    await create(shop(20));
    const operators = `create operator === (leftarg = int, rightarg = int, procedure = int4eq);
      create operator !== (leftarg = int, rightarg = int, procedure = int4ne);
      create type shop_pair as (a int); create cast (shop_pair as text) with inout;`;
    revisions.push(byHand('shop@0002_operators', revisions[0]?.id ?? '', operators));
    const { unread } = await authoring.draft(shop(30), revisions, 'shop');
    expect(unread).toEqual(['1 cast', '2 operators']);
  });
});
