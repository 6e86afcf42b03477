import { describe, expect, it } from 'vitest';
import { startCuttingProxy } from '../../../../test/faults/cutting-proxy.ts';
import { databaseContent, type DatabaseContent } from '../../../../test/helper/database-content.ts';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import type { DefinedRevision } from '../../src/contract/define-revision.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import type { HostInlinePlugin, HostPlugin } from '../../src/open/open-options.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { revision, text } from '../open/support.ts';

type Plugins = Readonly<Record<string, HostPlugin>>;

function chain(plugin: string, steps: readonly (readonly [up: string, down: string, ...dependsOn: string[]])[]) {
  const id = (i: number): string => `${plugin}@000${i + 1}_step`;
  return steps.map(([up, down, ...dependsOn], i) =>
    revision(id(i), up, { revises: i === 0 ? null : id(i - 1), dependsOn, down: text(down) }),
  );
}

const users = chain('users', [
  ['create table person (id int primary key)', 'drop table person'],
  ['alter table person add column nick text', 'alter table person drop column nick'],
  [`create table team (id int primary key, name text); insert into team values (1, 'first')`, 'drop table team'],
  [
    `alter table person rename column nick to name; do $$ begin insert into team values (2, 'second'); end $$`,
    'alter table person rename column name to nick; delete from team where id = 2',
  ],
  [
    `alter table team add column size int not null default 0; update team set size = id`,
    'alter table team drop column size',
  ],
  ['create view teams as select id, size from team', 'drop view teams'],
]);
const range = users.slice(1, 5);
const squash = revision('users@0002_squash_0005', range.map(({ up }) => (up as { text: string }).text).join(';\n'), {
  revises: 'users@0001_step',
  replaces: range.map(({ id }) => id),
  down: text(
    range
      .toReversed()
      .map(({ down }) => (down as { text: string }).text)
      .join(';\n'),
  ),
});
/** It was written after the squash. */
const later = revision('users@0007_step', 'alter table team add column note text', {
  revises: 'users@0006_step',
  down: text('alter table team drop column note'),
});

const shop: HostInlinePlugin = {
  revisions: chain('shop', [
    ['create table shop_member (team int not null references team)', 'drop table shop_member', 'users@0003_step'],
    ['alter table team add column shop text', 'alter table team drop column shop', 'users@0005_step'],
    ['alter table shop_member add column at date', 'alter table shop_member drop column at'],
  ]),
};
const notes: HostInlinePlugin = {
  revisions: chain('notes', [
    ['alter table person add column note text', 'alter table person drop column note', 'users@0002_step'],
  ]),
};

const pluginsWith = (revisions: readonly DefinedRevision[]): Plugins => ({ users: { revisions }, shop, notes });

/** The versions of the application: before the squash, with it, and after the replaced files were deleted. */
const before = pluginsWith(users);
const both = pluginsWith([...users, squash, later]);
const after = pluginsWith([...users.filter((one) => !range.includes(one)), squash, later]);

async function withSession<T>(target: DatabaseTarget, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(target);
  try {
    return await run(session);
  } finally {
    await session.close();
  }
}

async function withKernel<T>(
  target: DatabaseTarget,
  plugins: Plugins,
  run: (kernel: Kernel) => Promise<T>,
): Promise<T> {
  await using kernel = await open({ config: { database: urlOf(target) }, plugins });
  return await run(kernel);
}

const upgrade = async (target: DatabaseTarget, plugins: Plugins, to?: string): Promise<readonly string[]> =>
  withKernel(target, plugins, async (kernel) => (await kernel.upgrade(to === undefined ? {} : { to })).applied);

interface State extends DatabaseContent {
  /** The ledger without what each database has of its own, with the objects of each revision sorted. */
  readonly ledger: readonly unknown[];
}

/** Places of dropped columns stay behind in a table, so they are left out. */
async function stateOf(target: DatabaseTarget): Promise<State> {
  return withSession(target, async (session) => {
    const { rows, catalog: lines } = await databaseContent((sql) => session.query(sql));
    const catalog = lines.map((line) => line.replace(/"dropped": \d+/, '"dropped": …'));
    const ledger = await session.query<{ row: Record<string, unknown>; objects: Record<string, unknown[]> }>(
      `select to_jsonb(l) - array['seq', 'run_id', 'attempt_id', 'applied_at', 'duration_ms', 'objects'] as row, objects
        from kernel.ledger l order by plugin, slug`,
    );
    const sorted = ledger.map(({ row, objects }) => ({
      ...row,
      objects: new Map(
        Object.entries(objects).map(([key, list]) => [
          key,
          // A text that is observed has created its not-null constraints, which PostgreSQL 18 lists. Its reader does not.
          list
            .map((one) => JSON.stringify(one))
            .filter((one) => !/_not_null/.test(one))
            .toSorted(),
        ]),
      ),
    }));
    return { rows, catalog, ledger: sorted };
  });
}

async function fresh(kind: DatabaseKind, plugins: Plugins): Promise<State> {
  const target = await emptyDatabase(kind);
  await upgrade(target, plugins);
  return stateOf(target);
}

/** Every state that upgrades with the old code can leave behind: the number of applied revisions of each plugin. */
const startingPoints = [0, 1, 2, 3, 4, 5, 6].flatMap((ofUsers) =>
  [0, 1, 2, 3].flatMap((ofShop) =>
    [0, 1].flatMap((ofNotes) => {
      const isPossible = ofUsers >= ([0, 3, 5, 5][ofShop] ?? 0) && ofUsers >= ofNotes * 2;
      return isPossible ? [{ users: ofUsers, shop: ofShop, notes: ofNotes }] : [];
    }),
  ),
);

async function startAt(kind: DatabaseKind, point: Readonly<Record<string, number>>): Promise<DatabaseTarget> {
  const target = await emptyDatabase(kind);
  const to = Object.entries(point).flatMap(([plugin, count]) => (count === 0 ? [] : [`${plugin}@000${count}_step`]));
  if (to.length > 0) await withKernel(target, before, (kernel) => kernel.upgrade({ to }));
  return target;
}

describe.each(databaseKinds)('a squash, on %s', (kind) => {
  // The other engine starts in the middle of the range, with a revision of another plugin between two of it.
  const points = startingPoints.filter((_, i) => (kind === 'postgres' ? i % 7 < 5 : i === 11));

  it(
    `leads ${points.length} databases before, inside and after its range to one state`,
    { timeout: 120_000 },
    async () => {
      const expected = await fresh(kind, both);
      expect(expected.ledger.map((row) => (row as { slug: string }).slug)).toEqual([
        '0001_step',
        '0001_step',
        '0002_step',
        '0003_step',
        '0001_step',
        '0002_squash_0005',
        '0006_step',
        '0007_step',
      ]);
      for (const point of points) {
        const target = await startAt(kind, point);
        await withKernel(target, both, async (kernel) => {
          const { steps } = await kernel.plan();
          expect((await kernel.upgrade()).applied, JSON.stringify(point)).toEqual(steps.map(({ id }) => id));
          expect(await kernel.status()).toMatchObject({ pending: [], ahead: [], error: null });
        });
        expect(await stateOf(target), JSON.stringify(point)).toEqual(expected);
        expect(await upgrade(target, both)).toEqual([]);
      }
    },
  );

  it('needs none of the replaced files where all of them or none are applied, and is refused with its floor elsewhere', async () => {
    const expected = await fresh(kind, both);
    const whole = await startAt(kind, { users: 6, shop: 3, notes: 0 });
    for (const target of [await emptyDatabase(kind), whole]) {
      await upgrade(target, after);
      expect(await stateOf(target)).toEqual(expected);
    }
    const inside = await startAt(kind, { users: 3, shop: 1, notes: 0 });
    const [content, missing] = [await stateOf(inside), ['users@0004_step', 'users@0005_step']];
    await withKernel(inside, after, async (kernel) => {
      for (const call of [() => kernel.upgrade(), () => kernel.plan(), () => kernel.downgrade('users@base')]) {
        await expect(call()).rejects.toMatchObject({ code: 'SQUASH_HALF_APPLIED', details: { missing, floor: null } });
      }
      const { error, pending } = await kernel.status();
      expect(error?.code).toBe('SQUASH_HALF_APPLIED');
      expect(pending).not.toContain(squash.id);
    });
    expect(await stateOf(inside)).toEqual(content);
    await upgrade(inside, both);
    await upgrade(inside, after);
    expect(await stateOf(inside)).toEqual(expected);
  });

  it('is a single change of the ledger, which keeps the replaced rows and the place of the first of them', async () => {
    const target = await startAt(kind, { users: 6, shop: 0, notes: 0 });
    await withKernel(target, { users: { revisions: [...users, squash] }, shop, notes }, async (kernel) => {
      const { applied, runId } = await kernel.upgrade({ to: 'users' });
      expect(applied).toEqual([]);
      const [latest, first] = await kernel.runs();
      expect(latest).toMatchObject({ id: runId, outcome: 'done', steps: [{ id: squash.id, change: 'stamped' }] });
      expect(first?.steps.map(({ id }) => id)).toEqual(users.map(({ id }) => id));
      expect(await kernel.show(squash.id)).toMatchObject({
        state: 'applied',
        stamped: true,
        replaces: squash.replaces,
      });
      expect(await kernel.show('users@0003')).toMatchObject({ state: 'applied', replacedBy: squash.id });
      await kernel.upgrade();
    });
    await withSession(target, async (session) => {
      const rows = await session.query<{ slug: string }>(
        `select slug from kernel.ledger where plugin = 'users' order by seq`,
      );
      expect(rows.map(({ slug }) => slug)).toEqual(['0001_step', '0002_squash_0005', '0006_step']);
      const events = await session.query(
        `select slug, row ->> 'up' as up, detail ->> 'by' as by from kernel.event where kind = 'squash' order by id`,
      );
      expect(events).toEqual(
        range.map(({ id, up }) => ({ slug: id.slice(6), up: (up as { text: string }).text, by: squash.id })),
      );
    });
  });

  it('is recorded when nothing else is pending, but not waited for, and not by a role that may only read', async () => {
    const plugins = { users: { revisions: [...users, squash] } };
    const target = await startAt(kind, { users: 6, shop: 0, notes: 0 });
    if (kind === 'postgres') {
      await withSession(target, async (session) => {
        await session.script('begin; select pg_advisory_xact_lock(6157534322981229778)');
        expect(await upgrade(target, plugins)).toEqual([]);
        await session.script('rollback');
        await session.script(`do $$ begin create role squash_reader login password 'reader';
          exception when duplicate_object then null; end $$;
          grant usage on schema kernel to squash_reader; grant select on all tables in schema kernel to squash_reader`);
      });
      const url = urlOf(target).replace('postgres:postgres@', 'squash_reader:reader@');
      await using kernel = await open({ config: { database: url }, plugins });
      expect((await kernel.upgrade()).applied).toEqual([]);
    }
    expect((await stateOf(target)).ledger).toHaveLength(6);
    await withKernel(target, plugins, async (kernel) => {
      expect(await kernel.status()).toMatchObject({ pending: [], ahead: [], error: null });
      await kernel.upgrade();
    });
    expect((await stateOf(target)).ledger).toHaveLength(3);
  });

  it('is the revisions that it replaces for older code after a rollback', async () => {
    const target = await emptyDatabase(kind);
    await upgrade(target, { users: { revisions: [...users, squash] } });
    await withKernel(target, { users: before['users'] ?? {}, shop, notes }, async (kernel) => {
      expect(await kernel.status()).toMatchObject({ ahead: [], error: null, pending: { length: 4 } });
      expect((await kernel.upgrade()).applied).toHaveLength(4);
      await kernel.downgrade('users@0001', { cascade: true });
      expect((await kernel.upgrade()).applied).toHaveLength(9);
    });
    expect(await stateOf(target)).toEqual(await fresh(kind, before));
  });

  it('is ahead of code that ends inside its range, which a breaking one does not run on', async () => {
    const old = { users: { revisions: users.slice(0, 3) } };
    for (const breaking of [false, true]) {
      const target = await emptyDatabase(kind);
      await upgrade(target, { users: { revisions: [...users, { ...squash, breaking }] } });
      await withKernel(target, old, async (kernel) => {
        const { ahead, error } = await kernel.status();
        expect(ahead).toEqual([squash.id, 'users@0006_step']);
        expect(error?.code).toBe(breaking ? 'DATABASE_AHEAD' : undefined);
      });
    }
  });

  it('is reverted by its own `down`, also as a part of the run that applied what it replaces', async () => {
    const start = await fresh(kind, { users: { revisions: users.slice(0, 1) } });
    const target = await startAt(kind, { users: 1, shop: 0, notes: 0 });
    const isEmptied = async (): Promise<void> => {
      const { rows, ledger } = await stateOf(target);
      expect({ rows, ledger }).toEqual({ rows: start.rows, ledger: start.ledger });
    };
    await withKernel(target, both, async (kernel) => {
      await kernel.upgrade();
      await expect(kernel.downgrade('users@0003')).rejects.toMatchObject({ code: 'TARGET_ILLEGAL' });
      await expect(kernel.downgrade('users@0001')).rejects.toMatchObject({ code: 'DOWNGRADE_BLOCKED' });
      await kernel.downgrade('users@0005_step', { cascade: true });
      expect((await kernel.current()).map(({ id }) => id)).toContain(squash.id);
      await kernel.downgrade('users@0001', { cascade: true });
    });
    await isEmptied();
    const { runId } = await withKernel(target, before, (kernel) => kernel.upgrade());
    await upgrade(target, both, squash.id);
    await withKernel(target, both, async (kernel) => {
      expect((await kernel.undo(runId)).applied).toContain(squash.id);
    });
    await isEmptied();
  });

  it('lets an edit of a revision that builds on its range be accepted', async () => {
    const target = await startAt(kind, { users: 6, shop: 3, notes: 0 });
    await upgrade(target, after);
    const edited = (one: DefinedRevision): DefinedRevision => ({
      ...one,
      up: text(`/* edited */ ${(one.up as { text: string }).text}; select 1`),
    });
    const [last, order] = [users.at(-1), shop.revisions?.[1]] as [DefinedRevision, DefinedRevision];
    const edits: Plugins = {
      users: { revisions: [...users.slice(0, 1), squash, edited(last), later] },
      shop: { revisions: (shop.revisions ?? []).map((one) => (one === order ? edited(one) : one)) },
      notes,
    };
    await withKernel(target, edits, async (kernel) => {
      for (const { id } of [last, order]) expect(await kernel.accept(id)).toMatchObject({ revision: id });
      expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    });
  });

  it('does not let a part of its range be undone', async () => {
    const target = await startAt(kind, { users: 3, shop: 0, notes: 0 });
    const [, { id: first }] = await withKernel(target, both, async (kernel) => {
      const [before] = await kernel.runs();
      const { runId } = await kernel.upgrade();
      return [runId, before ?? { id: '' }] as const;
    });
    await withKernel(target, both, async (kernel) => {
      for (const call of [() => kernel.undo(first), () => kernel.plan({ run: first })]) {
        await expect(call()).rejects.toMatchObject({
          code: 'TARGET_ILLEGAL',
          message: expect.stringContaining(squash.id) as unknown,
        });
      }
    });
  });
});

describe('a squash that is recorded over a connection that breaks', () => {
  it('is no step of the run, unlike the revisions in its range that the run has applied', async () => {
    let steps: readonly string[] | null = null;
    // A cut at moment 0 never happens.
    for (let [cut, moments] = [0, 1]; cut < moments; cut += 9) {
      const target = await startAt('postgres', { users: 3, shop: 1, notes: 0 });
      const proxy = await startCuttingProxy((_, n) => {
        if (cut === 0) moments = n;
        return n === cut;
      });
      const url = urlOf(target).replace(/:\d+\//, `:${proxy.port}/`);
      await using kernel = await open({ config: { database: url }, plugins: both });
      try {
        const { applied } = await kernel.upgrade();
        steps ??= applied;
        expect(applied, `cut at ${cut} of ${moments}`).toEqual(steps);
      } catch (error) {
        // Before the run begins, nothing connects again.
        expect(error, `cut at ${cut} of ${moments}`).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
      } finally {
        proxy.close();
      }
    }
    expect(steps).toContain('users@0005_step');
    expect(steps).not.toContain(squash.id);
  });
});
