import { join } from 'node:path';
import { open, type App, type Kernel } from '@headwater/kernel';
import { Database } from '@headwater/kernel/plugin';
import { Http } from '@headwater/plugin-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorkload } from '../../bench/workload.ts';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { workloadPlugins } from '../helper/workload-plugins.ts';

const root = join(import.meta.dirname, '../..');
const workload = makeWorkload(24, 20);
const all = workloadPlugins(workload);
const web = {
  http: { package: '@headwater/plugin-http', options: { port: 0 } },
  studio: { package: '@headwater/plugin-studio', options: { open: true } },
};

type Row = Readonly<Record<string, unknown>>;

describe.each(databaseKinds)('Studio with 500 revisions on %s', (kind) => {
  let kernel: Kernel;
  let app: App;
  let address: string;
  beforeAll(async () => {
    const database = urlOf(await emptyDatabase(kind));
    {
      await using before = await open({ config: { database }, plugins: all, root });
      await before.upgrade({ to: 'core' });
      await before.upgrade();
    }
    // p024 is not active anymore, and the code of p023 is older than the database.
    const { p023, p024: _, ...others } = all;
    const older = p023 !== undefined && 'revisions' in p023 ? p023.revisions.slice(0, -1) : [];
    const plugins = { ...others, p023: { revisions: older }, ...web };
    kernel = await open({ config: { database }, plugins, root });
    app = await kernel.start();
    address = app.get(Http).address() ?? '';
  });
  afterAll(() => kernel.close());

  const json = async <Data>(path: string): Promise<Data> => (await (await fetch(address + path)).json()) as Data;
  const query = (text: string): Promise<readonly Row[]> => app.run(() => app.get(Database).em.execute<Row[]>(text));

  test('counts what the ledger counts', async () => {
    const [counts] = await query(
      `select (select count(*)::int from kernel.ledger) as applied, (select count(*)::int from kernel.run) as runs,
        (select count(*)::int from kernel.ledger where plugin = 'p024') as dormant`,
    );
    expect(counts).toMatchObject({ applied: 500, runs: 2, dormant: 20 });
    const health = await json<Row>('/studio.json');
    expect(health).toMatchObject({
      ledger: { applied: 500, runs: 2 },
      plugins: { active: 26, started: 26, dormant: 1 },
      schema: { revisions: 500, pending: [], dormant: { length: 20 }, ahead: ['p023@r020'] },
      error: null,
    });
  });

  test('lists the plugins with the numbers of the ledger and of the catalog', async () => {
    const { plugins } = await json<{ readonly plugins: readonly Row[] }>('/studio/plugins.json');
    const rows = await query('select plugin, count(*)::int as applied from kernel.ledger group by plugin');
    const catalog = await query(
      `select split_part(c.relname, '_', 1) as plugin, count(distinct c.oid)::int as tables, count(*)::int as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by 1`,
    );
    expect(catalog).toHaveLength(25);
    for (const { plugin, tables } of catalog) {
      const applied = rows.find((row) => row['plugin'] === plugin)?.['applied'];
      const state = plugin === 'p024' ? 'dormant' : 'active';
      expect(plugins.find(({ name }) => name === plugin)).toMatchObject({ state, tables, branch: { applied } });
    }
    const sum = (list: readonly Row[]): number => list.reduce((total, { columns }) => total + Number(columns), 0);
    const [dormant] = plugins.flatMap(
      ({ footprint }) => (footprint as { readonly tables: readonly Row[] } | null) ?? [],
    );
    const names = await query(
      `select relname as name, 0 as rows from pg_class where relkind = 'r' and relname like 'p024\\_%' order by 1`,
    );
    expect(names.length).toBeGreaterThan(0);
    expect(dormant).toMatchObject({ plugin: 'p024', active: false, tables: names });
    // Views have columns too.
    const [views] = await query(
      `select count(*)::int as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'`,
    );
    expect([sum(catalog), sum(catalog) + Number(views?.['columns'])]).toContain(sum(plugins));
  });

  test('shows every revision with the edges of the ledger, and a drawing that respects them', async () => {
    interface Entry {
      readonly id: string;
      readonly revises: readonly string[];
      readonly dependsOn: readonly string[];
      readonly state: string;
    }
    interface Drawing {
      readonly nodes: readonly { readonly ids: readonly string[]; readonly lane: number; readonly column: number }[];
      readonly edges: readonly { readonly from: number; readonly to: number }[];
    }
    const rows = await query(`select plugin || '@' || slug as id, revises, depends_on from kernel.ledger`);
    for (const unfold of ['', '?unfold=1']) {
      const { total, revisions, drawing } = await json<{
        readonly total: number;
        readonly revisions: readonly Entry[];
        readonly drawing: Drawing;
      }>(`/studio/history.json${unfold}`);
      expect([total, revisions.length]).toEqual([rows.length, rows.length]);
      for (const { id, revises, depends_on: dependsOn } of rows) {
        const state = id === 'p023@r020' ? 'ahead' : String(id).startsWith('p024@') ? 'dormant' : 'applied';
        expect(revisions.find((entry) => entry.id === id)).toMatchObject({ revises, dependsOn, state });
      }
      const { nodes, edges } = drawing;
      const drawn = nodes.flatMap(({ ids }) => ids);
      expect([drawn.length, new Set(drawn)]).toEqual([rows.length, new Set(rows.map(({ id }) => id))]);
      expect(nodes.length < rows.length).toBe(unfold === '');
      expect(edges).toHaveLength(rows.flatMap(({ depends_on: dependsOn }) => dependsOn).length);
      for (const { from, to } of edges) expect(nodes[from]?.column).toBeLessThan(nodes[to]?.column ?? 0);
      const places = nodes.map(({ lane, column }) => `${lane} ${column}`);
      expect(new Set(places).size).toBe(nodes.length);
    }
  });

  test('searches, filters, and shows one plugin with its neighbors', async () => {
    interface Found {
      readonly revisions: readonly { readonly id: string }[];
      readonly drawing: { readonly lanes: readonly string[] };
    }
    const idsIn = async (search: string): Promise<readonly string[]> =>
      (await json<Found>(`/studio/history.json?${search}`)).revisions.map(({ id }) => id);
    expect(await idsIn('q=p005@r01')).toHaveLength(10);
    expect(await idsIn('state=dormant&q=r020')).toEqual(['p024@r020']);
    expect(await idsIn('q=nothing')).toEqual([]);
    const focused = await json<Found>('/studio/history.json?plugin=p005');
    expect(focused.revisions).toHaveLength(20);
    expect(focused.drawing.lanes).toEqual(['core', 'p004', 'p005']);
  });

  test('lists the runs with every step and duration of the ledger', async () => {
    interface Run {
      readonly id: string;
      readonly steps: readonly { readonly id: string; readonly durationMs: number }[];
    }
    const { runs } = await json<{ readonly runs: readonly Run[] }>('/studio/runs.json');
    const rows = await query(
      `select run_id::text as id, count(*)::int as steps, sum(duration_ms) as ms from kernel.ledger group by run_id`,
    );
    expect(runs).toHaveLength(2);
    for (const { id, steps, ms } of rows) {
      const run = await json<Run>(`/studio/runs/${String(id)}.json`);
      expect(run).toEqual(runs.find((one) => one.id === id));
      expect(run.steps).toHaveLength(Number(steps));
      expect(run.steps.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeCloseTo(Number(ms), 6);
    }
  });

  test.each(['core@r010', 'p005@r001', 'p023@r020', 'p024@r020'])(
    'shows the revision %s as the ledger has it',
    async (id) => {
      const [plugin, slug] = id.split('@');
      const [row] = await query(
        `select up, package, duration_ms, run_id::text as run, (extract(epoch from applied_at) * 1000)::bigint::text as at
        from kernel.ledger where plugin = '${plugin}' and slug = '${slug}'`,
      );
      const data = await json<{
        readonly revision: Row;
        readonly neededBy: readonly string[];
        readonly sql: { readonly up: readonly { readonly text: string }[] };
      }>(`/studio/revisions/${id}.json`);
      expect(data.revision).toMatchObject({
        id,
        up: row?.['up'],
        durationMs: row?.['duration_ms'],
        appliedAt: new Date(Number(row?.['at'])).toISOString(),
        appliedBy: { run: row?.['run'], package: row?.['package'] },
      });
      expect(data.sql.up.map(({ text }) => text).join('')).toBe(row?.['up']);
      const needing = await query(
        `select plugin || '@' || slug as id from kernel.ledger where '${id}' = any(revises) or '${id}' = any(depends_on)`,
      );
      expect(new Set(data.neededBy)).toEqual(new Set(needing.map((one) => one['id'])));
      expect((await fetch(`${address}/studio/revisions/${id}`)).status).toBe(200);
    },
  );

  test('has nothing to do', async () => {
    expect(await json('/studio/plan.json')).toEqual({ steps: [], removed: [], findings: [], error: null });
    expect(await json('/studio/live.json')).toMatchObject({ applied: 500, running: null, pending: [] });
  });
});
