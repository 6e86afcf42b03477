import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, serverUrl, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { withoutColors } from '../../../kernel/src/cli/colors.ts';
import { openSession } from '../../../kernel/src/db/session.ts';

const plugins: Readonly<Record<string, PluginSketch>> = {
  core: {
    revisions: {
      '0001_create_user': {
        up: 'create table core_user (id int primary key, name varchar(40) not null)',
        down: 'drop table core_user',
      },
    },
  },
  shop: {
    revisions: {
      '0001_create_order': {
        dependsOn: ['core@0001_create_user'],
        up: `create table shop_order (id serial primary key, buyer int not null references core_user, code text unique,
          total int not null default 0 constraint shop_total check (total >= 0), at timestamptz not null default now());
          create index shop_order_buyer on shop_order (buyer);
          create view shop_paid as select id from shop_order where total > 0;
          create function shop_touch() returns trigger language plpgsql as $$ begin return new; end $$;
          create trigger shop_touched before update on shop_order for each row execute function shop_touch();
          create table shop_note (id int primary key, text text not null);
          create index shop_order_at on shop_order (at);
          create view shop_all as select id from shop_order;
          create function shop_sum(a int) returns int language sql as $$ select a $$;
          alter table core_user add column shop_orders int not null default 0`,
        down: `alter table core_user drop column shop_orders; drop view shop_paid; drop view shop_all; drop table shop_order;
          drop function shop_touch(); drop function shop_sum(int); drop table shop_note`,
      },
      '0002_name_state': {
        up: `alter table shop_order add column state text not null default 'open'`,
        down: 'alter table shop_order drop column state',
      },
    },
  },
};

/** A statement by hand, the object that it changes, and the change that is reported. */
const drifts = [
  [
    `drop view shop_paid; alter table shop_order alter column total type bigint;
      create view shop_paid as select id from shop_order where total > 0`,
    'changed column shop_order.total',
    'bigint → int',
  ],
  [`alter table shop_order alter column state set default 'paid'`, 'changed column shop_order.state', `'paid'`],
  [`alter table shop_order alter column at drop not null`, 'changed column shop_order.at', 'null → not null'],
  [`alter table shop_order drop constraint shop_total`, 'missing constraint shop_order.shop_total', 'add check'],
  [
    `alter table shop_order drop constraint shop_order_buyer_fkey`,
    'missing constraint shop_order.shop_order_buyer_fkey',
    'add foreign key',
  ],
  [
    `drop index shop_order_buyer; create index shop_order_buyer on shop_order (buyer, id)`,
    'changed index shop_order.shop_order_buyer',
    'add index shop_order.shop_order_buyer over buyer',
  ],
  [
    `create or replace function shop_touch() returns trigger language plpgsql as $$ begin return null; end $$`,
    'changed function .shop_touch()',
    'change function',
  ],
  [
    `create or replace view shop_paid as select id from shop_order where total > 5`,
    'changed view .shop_paid',
    'change view',
  ],
] as const;

/** Objects that are missing by name, which the repair creates again. */
const dropped = `drop index shop_order_at; drop view shop_all; drop function shop_sum(int); drop table shop_note;
  alter table core_user drop column shop_orders; drop trigger shop_touched on shop_order`;

const byHand = 'create index by_hand on shop_order (at); create table mine (id int)';

interface Changed {
  readonly found: string;
  readonly kind: string;
  readonly table: string | null;
  readonly name: string;
  readonly plugin: string;
  readonly createdBy: string;
  readonly changedBy: string;
  readonly changes: readonly string[];
}

interface Drifted {
  readonly project: Project;
  /** A server for shadows, which is quicker than PGlite. */
  readonly shadow: readonly string[];
  readonly run: (text: string) => Promise<void>;
}

/** An application whose database was changed by hand. */
async function driftedOn(kind: DatabaseKind, statements: readonly string[]): Promise<Drifted> {
  const target = await emptyDatabase(kind);
  const project = await makeProject({ plugins, database: urlOf(target) });
  ok(await project.kernel('migrate:up'));
  const run = async (text: string): Promise<void> => {
    const session = await openSession(target);
    try {
      await session.script(text);
    } finally {
      await session.close();
    }
  };
  const rows = `insert into core_user values (1, 'Ada'); insert into shop_order (buyer, code) values (1, 'a')`;
  await run([rows, ...statements].join('; '));
  return { project, run, shadow: kind === 'postgres' ? ['--shadow', serverUrl('postgres')] : [] };
}

async function changedIn({ project, shadow }: Drifted, missing: readonly string[] = []): Promise<readonly Changed[]> {
  const done = await project.kernel('migrate:drift', '--definitions', '--json', ...shadow);
  expectPublished('migrate:drift', done.json());
  const found = done.json() as { readonly changed: readonly Changed[]; readonly missing: readonly { name: string }[] };
  const { changed } = found;
  expect(found.missing.map(({ name }) => name).toSorted()).toEqual(missing);
  expect(done.code).toBe(changed.length === 0 ? 0 : 40);
  return changed;
}

describe.each(databaseKinds)('drift of definitions on %s', (kind) => {
  it('is found with plugin and revision, repaired by a revision, and gone afterwards', async () => {
    const drifted = await driftedOn(kind, [...drifts.map(([text]) => text), dropped, byHand]);
    const { project, shadow } = drifted;
    const changed = await changedIn(drifted, [
      'shop_all',
      'shop_note',
      'shop_order_at',
      'shop_orders',
      'shop_sum',
      'shop_touched',
    ]);
    const shown = changed.map(({ found, kind: of, table, name }) => `${found} ${of} ${table ?? ''}.${name}`);
    expect(shown.toSorted()).toEqual(
      [...drifts.map(([, object]) => object), 'extra index shop_order.by_hand'].toSorted(),
    );
    for (const [, object, change] of drifts) {
      const found = changed[shown.indexOf(object)];
      expect(found, object).toMatchObject({ plugin: 'shop' });
      expect(found?.changes.join('; ')).toContain(change);
    }
    expect(changed.find(({ name }) => name === 'state')).toMatchObject({
      createdBy: 'shop@0002_name_state',
      changedBy: 'shop@0002_name_state',
    });

    const made = ok(await project.kernel('migrate:create', 'shop', '--repair', '--json', ...shadow)).json();
    expectPublished('migrate:create', made);
    expect(made).toMatchObject({
      revision: 'shop@0003_repair_drift',
      file: project.fileOf('shop@0003_repair_drift'),
      text: expect.stringContaining('drop constraint if exists "shop_total"') as unknown,
    });
    ok(await project.kernel('migrate:up'));
    expect((await changedIn(drifted)).map(({ name }) => name)).toEqual(['by_hand']);
  });
});

describe('a repair', () => {
  it('is refused while revisions are pending, and with options for entities', async () => {
    const { project, shadow } = await driftedOn('postgres', ['alter table shop_order drop constraint shop_total']);
    const told = await project.kernel('migrate:drift', '--definitions', ...shadow);
    expect(withoutColors(told.stdout)).toBe(
      [
        'The database has everything that its applied revisions created.',
        'missing in shop:',
        '  constraint shop_order.shop_total  shop@0001_create_order',
        '    restore: add check shop_order.shop_total over total',
        '1 difference from the applied revisions.',
        'Write the repairing revision:',
        '  npx kernel migrate:create shop --repair',
        '',
      ].join('\n'),
    );
    ok(await project.kernel('migrate:down', 'shop@-1'));
    const behind = await project.kernel('migrate:create', 'shop', '--repair', '--json');
    expect(refusalIn(behind)).toMatchObject({ code: 'REPAIR_BEHIND', exitCode: 3 });
    const both = await project.kernel('migrate:create', 'shop', '--repair', '--check', '--json');
    expect(refusalIn(both)).toMatchObject({ code: 'USAGE' });
    const needless = await project.kernel('migrate:drift', ...shadow, '--json');
    expect(refusalIn(needless)).toMatchObject({ code: 'USAGE' });
  });
});

describe('a database with dormant revisions', () => {
  it('is compared with their SQL in the ledger, and not without it', async () => {
    const drifted = await driftedOn('postgres', ['alter table core_user alter column name type text']);
    const { project, run, shadow } = drifted;
    ok(await project.kernel('plugin:disable', 'shop'));
    expect(await changedIn(drifted)).toMatchObject([{ plugin: 'core', table: 'core_user', name: 'name' }]);
    await run(`update kernel.ledger set up = null where slug = '0002_name_state'`);
    const unknown = await project.kernel('migrate:drift', '--definitions', '--json', ...shadow);
    expect(refusalIn(unknown)).toMatchObject({
      code: 'DRIFT_NOT_COMPARABLE',
      details: { revisions: ['shop@0002_name_state'] },
    });
  });
});
