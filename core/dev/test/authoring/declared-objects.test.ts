import { p } from '@mikro-orm/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { displayAddress } from '../../src/authoring/declared-record.ts';
import type { Draft } from '../../src/authoring/draft.ts';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { entity, holding } from '../../../kernel/test/entities/support.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { openAuthoring, revisionOf, type Authoring } from '../../../../test/helper/authoring.ts';

type Entities = readonly ReturnType<typeof entity>[];

const n = p.integer();

/** An entity on `shop_item` with a key, a number and more. */
function item(rest: object = {}, properties: object = { n }, table = 'shop_item'): ReturnType<typeof entity> {
  return entity('Item', table, { ...rest, properties: { id: p.integer().primary(), ...properties } });
}

function policy(name: string, using: string, more: object = {}): object {
  return { rowLevelSecurity: true, policies: [{ name, using, ...more }] };
}

function trigger(events: readonly string[], more: object = {}): object {
  return { triggers: [{ timing: 'before', events, body: 'new.n := new.n + 1; return new;', ...more }] };
}

function view(name: string, more: object = {}): ReturnType<typeof entity> {
  const properties = { id: p.integer().primary(), n };
  return entity('Sale', name, { properties, view: true, expression: 'select id, n from shop_item', ...more });
}

/** Everything that revisions can make by hand on and beside the table of an entity. */
const madeByHand = `create table shop_queue (id serial primary key, item int references shop_item);
  create index shop_partial on shop_item (n) where n > 3;
  create unique index shop_expression on shop_item ((n + 1));
  alter table shop_item add column made text, add column doubled int generated always as (n * 2) stored;
  alter table shop_item add constraint shop_check check (n < 100), add constraint shop_unique unique (n),
    add constraint shop_exclude exclude (n with =);
  create sequence shop_numbers;
  create function shop_count(int) returns int language sql as 'select 1';
  create function shop_note() returns trigger language plpgsql as 'begin return new; end';
  create trigger shop_trigger before insert on shop_item for each row execute function shop_note();
  create view shop_numbers_view as select n from shop_item;
  create materialized view shop_totals as select sum(n) as total from shop_item;
  create type shop_mood as enum ('good', 'bad');
  create domain shop_small as int check (value < 10);
  create policy shop_policy on shop_item as restrictive for select to pg_monitor using (n > 0);
  alter table shop_item enable row level security;
  alter table shop_item force row level security;
  comment on table shop_item is 'by hand'; comment on column shop_item.n is 'by hand';
  alter table shop_item set (fillfactor = 70); grant select on shop_item to pg_monitor;
  create schema shop_more; create table shop_more.other (id int);`;

const handMade = [
  'schema shop_more',
  'type shop_mood',
  'column shop_item.doubled',
  'column shop_item.made',
  'constraint shop_item.shop_check',
  'constraint shop_item.shop_exclude',
  'constraint shop_item.shop_unique',
  'index shop_item.shop_expression',
  'index shop_item.shop_partial',
  'table shop_more.other',
  'table shop_queue',
  'domain shop_small',
  'function shop_count(integer)',
  'function shop_note()',
  'materialized view shop_totals',
  'policy shop_item.shop_policy',
  'sequence shop_numbers',
  'trigger shop_item.shop_trigger',
  'view shop_numbers_view',
];

describe.each(databaseKinds)('what entities declare and what is made by hand, on %s', (kind) => {
  let authoring: Authoring;
  let revisions: Revision[];
  beforeAll(async () => {
    authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => authoring[Symbol.asyncDispose]());
  beforeEach(() => {
    revisions = [];
  });

  function draft(entities: Entities, options: Parameters<Authoring['draft']>[3] = {}): Promise<Draft> {
    return authoring.draft([{ name: 'shop', entities }], revisions, 'shop', options);
  }

  /** Creates the next revision if there are changes, and returns the changes. */
  async function create(
    entities: Entities,
    options: Parameters<Authoring['draft']>[3] = {},
  ): Promise<readonly string[]> {
    const { revision, changes } = await draft(entities, options);
    if (revision !== null) revisions.push(revisionOf(revision));
    return changes;
  }

  function writeByHand(up: string): void {
    const slug = `000${revisions.length + 1}_by_hand`;
    const revises = revisions.at(-1)?.id ?? null;
    const defined = defineRevision({ id: `shop@${slug}`, revises, up: { ...sql``, text: up } });
    revisions.push(checkRevision(defined, 'shop', slug, `${slug}.ts`));
  }

  /** Starts without a record, as a plugin whose revisions are older than records. */
  async function startWithoutRecord(up: string): Promise<void> {
    await draft([], { changesOnly: true });
    writeByHand(up);
  }

  const givenUp: readonly (readonly [string, Entities, Entities, readonly string[]])[] = [
    [
      'a policy with another name',
      [item(policy('shop_all', 'true'))],
      [item(policy('shop_positive', 'n > 0'))],
      ['drop policy shop_item.shop_all', 'create policy shop_item.shop_positive'],
    ],
    [
      'a policy with other roles and another type',
      [item(policy('shop_all', 'true'))],
      [item(policy('shop_all', 'true', { type: 'restrictive', roles: ['pg_monitor'] }))],
      ['change policy shop_item.shop_all'],
    ],
    [
      'a policy',
      [item(policy('shop_all', 'true'))],
      [item({ rowLevelSecurity: true })],
      ['drop policy shop_item.shop_all'],
    ],
    [
      'row security',
      [item(policy('shop_all', 'true'))],
      [item()],
      ['disable row security on shop_item', 'drop policy shop_item.shop_all'],
    ],
    [
      'a trigger with another generated name',
      [item(trigger(['insert']))],
      [item(trigger(['insert', 'update']))],
      [
        'drop function shop_item_shop_item_insert_trigger_fn()',
        'drop trigger shop_item.shop_item_insert_trigger',
        'create function shop_item_shop_item_insert_update_trigger_fn()',
        'create trigger shop_item.shop_item_insert_update_trigger',
      ],
    ],
    [
      'a trigger',
      [item(trigger(['insert'], { name: 't' }))],
      [item()],
      ['drop function shop_item_t_fn()', 'drop trigger shop_item.t'],
    ],
    [
      'a view with another name',
      [item(), view('shop_a')],
      [item(), view('shop_b')],
      ['drop view shop_a', 'create view shop_b'],
    ],
    [
      'a materialized view',
      [item(), view('shop_a', { view: { materialized: true } })],
      [item()],
      ['drop materialized view shop_a'],
    ],
    [
      'an enum',
      [item({}, { mood: p.enum(['a', 'b']).nativeEnumName('shop_mood') })],
      [item({}, { mood: p.string() })],
      ['change column shop_item.mood: shop_mood → varchar(255)', 'drop enum shop_mood'],
    ],
    [
      'a check, a unique constraint and an expression index',
      [
        item({
          checks: [{ name: 'c', expression: 'n > 0' }],
          uniques: [{ name: 'u', properties: ['n'] }],
          indexes: [{ name: 'i', expression: 'create index i on shop_item ((n + 1)) where n > 0' }],
        }),
      ],
      [item()],
      ['drop check shop_item.c over n', 'drop unique shop_item.u over n', 'drop index shop_item.i'],
    ],
    [
      'a unique constraint for a plain index of the same name',
      [item({ uniques: [{ name: 'u', properties: ['n'] }] })],
      [item({ indexes: [{ name: 'u', properties: ['n'] }] })],
      ['drop unique shop_item.u over n', 'add index shop_item.u over n'],
    ],
    [
      'comments',
      [item({ comment: 'x' }, { n: p.integer().comment('y') })],
      [item()],
      ['remove the comment of column shop_item.n', 'remove the comment of table shop_item'],
    ],
    ['a table', [item()], [], ['drop table shop_item']],
  ];

  it.each(givenUp)('drops what entities give up: %s', async (_, before, after, changes) => {
    await create(before);
    expect((await create(after)).toSorted()).toEqual(changes.toSorted());
    expect((await draft(after, { changesOnly: true })).changes).toEqual([]);
  });

  it('keeps and lists everything that no entity ever declared, around every change', async () => {
    await create([item()]);
    writeByHand(madeByHand);
    const { changes, undeclared } = await draft([item()]);
    expect(changes).toEqual([]);
    expect(undeclared.map(displayAddress).toSorted()).toEqual(handMade.toSorted());
    await create([item({ comment: 'declared' }, { n, name: p.string() })]);
    await create([item({ checks: [{ name: 'c', expression: 'n > 1' }] })]);
    const left = await draft([item({ checks: [{ name: 'c', expression: 'n > 1' }] })]);
    expect(left.changes).toEqual([]);
    expect(left.undeclared.map(displayAddress).toSorted()).toEqual(handMade.toSorted());
  });

  it('drops each of these when asked, and nothing else', async () => {
    await create([item()]);
    writeByHand(madeByHand);
    // A schema is dropped with its table, and a function with its trigger.
    const drops = handMade.map((name) => (name.startsWith('table') ? name.slice('table '.length) : name));
    const changes = await create([item()], { drops });
    expect(changes.toSorted()).toEqual([
      'drop check shop_item.shop_check over n',
      'drop column shop_item.doubled',
      'drop column shop_item.made',
      'drop domain shop_small',
      'drop enum shop_mood',
      'drop exclude shop_item.shop_exclude over n',
      'drop function shop_count(integer)',
      'drop function shop_note()',
      'drop index shop_item.shop_partial over n',
      'drop materialized view shop_totals',
      'drop policy shop_item.shop_policy',
      'drop schema shop_more',
      'drop sequence shop_numbers',
      'drop table shop_more.other',
      'drop table shop_queue',
      'drop trigger shop_item.shop_trigger',
      'drop unique index shop_item.shop_expression',
      'drop unique shop_item.shop_unique over n',
      'drop view shop_numbers_view',
    ]);
    expect((await draft([item()])).undeclared).toEqual([]);
  });

  it.each([
    ['a bare name', 'shop_queue', ['drop table shop_queue']],
    ['the name of a part', 'made', ['drop column shop_item.made']],
    ['a part with its table', 'shop_item.shop_partial', ['drop index shop_item.shop_partial over n']],
    ['a function without arguments', 'shop_count', ['drop function shop_count(integer)']],
    ['a kind and a name', 'policy shop_item.shop_policy', ['drop policy shop_item.shop_policy']],
  ])('finds the object to drop by %s', async (_, drop, changes) => {
    await create([item()]);
    writeByHand(madeByHand);
    expect((await draft([item()], { drops: [drop], changesOnly: true })).changes).toEqual(changes);
  });

  it.each([
    ['nothing', 'shop_quee', holding('did you mean "shop_queue"?')],
    ['what an entity declares', 'shop_item.n', holding('column shop_item.n, which an entity declares')],
    ['two objects', 'twice', holding('may mean column shop_item.twice or table twice: add the kind')],
  ])('refuses to drop what a name does not tell: %s', async (_, drop, message) => {
    await create([item()]);
    writeByHand(`${madeByHand} alter table shop_item add column twice int; create table twice (id int);`);
    const refused = { code: 'DROP_INVALID', message, hint: holding('table shop_queue') };
    await expect(draft([item()], { drops: [drop] })).rejects.toMatchObject(refused);
  });

  it('refuses to drop an object of another plugin', async () => {
    writeByHand('create table shop_queue (id int)');
    const plugins = [{ name: 'shop' }, { name: 'likes', requires: ['shop'] }];
    const drop = authoring.draft(plugins, revisions, 'likes', { drops: ['shop_queue'] });
    const message = holding('names table shop_queue, which belongs to "shop"');
    await expect(drop).rejects.toMatchObject({ code: 'DROP_INVALID', message });
  });

  it('renames an entity with everything that has its name, and drops the trigger of the old one', async () => {
    const named = (table: string): Entities => [
      item(
        {
          ...policy('shop_all', 'true'),
          ...trigger(['insert']),
          checks: [{ name: `${table}_c`, expression: 'n > 0' }],
          indexes: [{ name: 'shop_fixed', properties: ['n'] }],
          comment: 'x',
        },
        { n: p.integer().index() },
        table,
      ),
    ];
    await create(named('shop_item'));
    await create(named('shop_thing'), { rename: 'shop_item:shop_thing' });
    expect(revisions.at(-1)?.up).toMatchObject({
      text: holding('drop function "shop_item_shop_item_insert_trigger_fn"()'),
    });
    expect(await create(named('shop_thing'))).toEqual([]);
    // Without --rename, the old table gives way to the new one, although an index has the same name on both.
    expect(await create(named('shop_other'))).toContain('drop table shop_thing');
  });

  it('keeps the function of a given up trigger while another trigger calls it', async () => {
    await create([item(trigger(['insert'], { name: 't' }))]);
    writeByHand(`create table shop_queue (n int);
      create trigger q before insert on shop_queue for each row execute function shop_item_t_fn();`);
    expect(await create([item()])).toEqual(['drop trigger shop_item.t']);
    expect(await create([item()], { drops: ['shop_queue'] })).toEqual([
      'drop table shop_queue',
      'drop function shop_item_t_fn()',
    ]);
  });

  it('keeps a given up enum while a domain or a function that was made by hand uses it', async () => {
    await create([item({}, { mood: p.enum(['a', 'b']).nativeEnumName('shop_mood') })]);
    writeByHand(
      `create domain shop_dom as shop_mood; create function shop_f(shop_mood) returns int language sql as 'select 1';`,
    );
    expect(await create([item({}, {})])).toEqual(['drop column shop_item.mood']);
    expect(await create([item({}, {})], { drops: ['shop_dom', 'shop_f'] })).toEqual([
      'drop domain shop_dom',
      'drop function shop_f(integer)'.replace('integer', 'shop_mood'),
      'drop enum shop_mood',
    ]);
  });

  it('drops an object that was given up again after its revision has been deleted', async () => {
    await create([item(policy('shop_all', 'true'))]);
    const expected = ['drop policy shop_item.shop_all'];
    expect(await create([item({ rowLevelSecurity: true })])).toEqual(expected);
    revisions.pop();
    expect(await create([item({ rowLevelSecurity: true })])).toEqual(expected);
  });

  it('makes the target without dropping what entities use: functions in SQL, domains over enums, tables by hand', async () => {
    writeByHand(`create table shop_item (id serial primary key, n int not null);
      create type shop_mood as enum ('a', 'b');
      create domain shop_dom as shop_mood not null default 'a';
      create table shop_rates (n int);
      create function shop_is_member(int) returns boolean language sql
        begin atomic select exists (select from shop_item where n = $1); end;`);
    const entities = [
      item(policy('shop_all', 'shop_is_member(n)'), {
        n,
        mood: p.enum(['a', 'b']).nativeEnumName('shop_mood').nullable(),
        dom: p.string().columnType('shop_dom').nullable(),
      }),
      view('shop_v', { expression: 'select i.id, r.n from shop_item i join shop_rates r on r.n = i.n' }),
    ];
    expect(await create(entities)).toContain('create view shop_v');
    expect(await create(entities)).toEqual([]);
  });

  describe('without a record', () => {
    const before = `create table shop_maker (id serial primary key);
      create table shop_item (id serial primary key, n int not null, email text unique, note text,
        maker_id int references shop_maker, required text not null, check (n > 0));
      create index on shop_item (n); create table shop_old (id int);
      create policy shop_old_policy on shop_item using (true);`;

    it('keeps and lists what no entity declares now, except for a column that an insert could not omit', async () => {
      await startWithoutRecord(before);
      const maker = entity('Maker', 'shop_maker', { properties: { id: p.integer().primary() } });
      const declared = item(
        { checks: [{ name: 'shop_n', expression: 'n > 0' }] },
        {
          n: p.integer().index(),
          email: p.string().columnType('text').nullable().unique(),
          maker: () => p.manyToOne(maker).nullable(),
        },
      );
      const { changes, undeclared, record } = await draft([maker, declared]);
      expect(record?.before).toBe(null);
      // The same constraints and indexes under other names are renamed, and the foreign key is replaced by the declared one.
      expect(changes.filter((change) => !change.startsWith('rename')).toSorted()).toEqual([
        'add foreign key shop_item.shop_item_maker_id_foreign over maker_id',
        'drop column shop_item.required',
        'drop foreign key shop_item.shop_item_maker_id_fkey over maker_id',
      ]);
      expect(undeclared.map(displayAddress)).toEqual([
        'column shop_item.note',
        'table shop_old',
        'policy shop_item.shop_old_policy',
      ]);
    });

    it('renames a table and a column that only --rename knows', async () => {
      await startWithoutRecord('create table shop_old (id int primary key, note text)');
      const renamed = item({}, { remark: p.string().columnType('text').nullable() }, 'shop_new');
      const changes = await create([renamed], { rename: 'shop_old:shop_new, shop_old.note:remark' });
      expect(changes).toContain('rename table shop_old to shop_new');
      expect(await create([renamed])).toEqual([]);
    });
  });

  it.each<readonly [string, Entities, Entities, string, object]>([
    [
      'a number key becomes a uuid',
      [item()],
      [entity('Item', 'shop_item', { properties: { id: p.uuid().primary(), n } })],
      '',
      { sqlState: '42846', statement: holding('type uuid') },
    ],
    [
      'JSON becomes an array',
      [item({}, { j: p.json() })],
      [item({}, { j: p.array() })],
      '',
      { sqlState: '42846', changes: ['change column shop_item.j: jsonb → text[]'] },
    ],
    [
      'a column under a view',
      [item()],
      [item({}, {})],
      'create view shop_v as select n from shop_item',
      { sqlState: '2BP01', detail: holding('DETAIL: view shop_v depends on column n of table shop_item\nHINT: ') },
    ],
    [
      'a table under a key',
      [item()],
      [],
      'create table shop_q (item int references shop_item)',
      { sqlState: '2BP01', detail: holding('constraint shop_q_item_fkey') },
    ],
  ])('says how to write by hand what PostgreSQL cannot do: %s', async (_, before, after, meanwhile, details) => {
    await create(before);
    if (meanwhile !== '') writeByHand(meanwhile);
    const error: unknown = await draft(after).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'DIFFERENCE_NOT_MADE',
      details: { direction: 'up', ...details },
      hint: holding('npx kernel migrate:create shop --empty --name '),
    });
  });

  it('says so too if only `down` is impossible', async () => {
    const mood = (...values: readonly string[]): Entities => [
      item({}, { mood: p.enum(() => values).nativeEnumName('shop_mood') }),
    ];
    await create(mood('a'));
    writeByHand('create type shop_pair as (a shop_mood)');
    await expect(draft(mood('a', 'b'))).rejects.toMatchObject({
      code: 'DIFFERENCE_NOT_MADE',
      details: {
        direction: 'down',
        detail: holding('column a of composite type shop_pair depends on type shop_mood__old'),
      },
    });
  });
});
