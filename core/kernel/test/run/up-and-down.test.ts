import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseContent, type DatabaseContent } from '../../../../test/helper/database-content.ts';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { applied, revision, runSteps } from '../db/support.ts';
import { histories, type Scene } from '../graph/random-graph.ts';
import { openSquashed, squashedScenes } from './random-squash.ts';

/** The number of random graphs. To try more: GRAPHS=100 npx vitest run … */
const graphs = Number(process.env['GRAPHS'] ?? 2);

/** The number of the first graph. To run one again: SEED=7 GRAPHS=1 npx vitest run … */
const firstSeed = Number(process.env['SEED'] ?? 1);

/**
 * Returns a revision for each node of a graph. It creates a table that refers to those of all revisions that it needs, so
 * neither direction works in an order that ignores an edge.
 */
function revisionsOf({ revisions }: Scene): readonly Revision[] {
  const tableOf = (id: string): string => `"${id.replace('@', '_')}"`;
  return revisions.map(({ id, revises, dependsOn = [] }) => {
    const parents = [revises ?? []].flat();
    const needed = [...new Set([...parents, ...dependsOn])];
    const references = needed.map((need, i) => `, "need${i}" int references ${tableOf(need)}`);
    const up = `create table ${tableOf(id)} (id int primary key${references.join('')})`;
    return { ...revision({ id, dependsOn, up, down: `drop table ${tableOf(id)}` }), revises: parents };
  });
}

describe.each(databaseKinds)('on %s', (kind) => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(await emptyDatabase(kind));
  });
  afterAll(() => session.close());

  async function run(known: readonly Revision[], plan: (applied: readonly string[]) => Plan): Promise<DatabaseContent> {
    const { error } = await runSteps(session, { known, plan: (there) => plan([...there]).steps });
    if (error !== null) throw error;
    return databaseContent((text) => session.query<Record<string, unknown>>(text));
  }

  it.each(Array.from({ length: graphs }, (_, i) => firstSeed + i))(
    'a random graph goes up, down to random revisions and up again with an equal catalog: SEED=%i GRAPHS=1',
    { timeout: 120_000 },
    async (seed) => {
      const large = histories.filter(({ scene }) => scene.revisions.length >= 8);
      const [history] = fc.sample(large, { seed, numRuns: 1 });
      if (history === undefined) throw new Error('no graph was made');
      const { scene, graph } = history;
      const known = revisionsOf(scene);
      const up = (): Promise<DatabaseContent> => run(known, (there) => upgradePlan(graph, there, 'heads'));
      const down = (to: string): Promise<DatabaseContent> =>
        run(known, (there) => downgradePlan(graph, there, to, { cascade: true }));
      const empty = await run([], () => ({ steps: [] }));
      const full = await up();
      expect(await applied(session)).toHaveLength(known.length);
      for (const pick of [seed, seed * 7]) {
        const { id = '' } = known[pick % known.length] ?? {};
        await down(id);
        expect(await applied(session)).toContain(id);
        expect(await up(), `up again from ${id}`).toEqual(full);
      }
      expect(await down('base')).toEqual(empty);
      expect(await applied(session)).toEqual([]);
    },
  );

  it.each(Array.from({ length: Math.max(1, graphs / 2) }, (_, i) => firstSeed + i))(
    'a random graph goes down into a random range, up across a squash of it, and down: SEED=%i GRAPHS=1',
    { timeout: 120_000 },
    async (seed) => {
      const [scene] = fc.sample(squashedScenes, { seed, numRuns: 1 });
      if (scene === undefined) throw new Error('no graph was made');
      const target = await emptyDatabase(kind);
      const content = async (): Promise<DatabaseContent> => {
        const own = await openSession(target);
        try {
          return await databaseContent((sql) => own.query<Record<string, unknown>>(sql));
        } finally {
          await own.close();
        }
      };
      const empty = await content();
      await openSquashed(target, scene.before, (kernel) => kernel.upgrade());
      const full = await content();
      await openSquashed(target, scene.before, (kernel) => kernel.downgrade(scene.inside, { cascade: true }));
      await openSquashed(target, scene.after, (kernel) => kernel.upgrade());
      expect(await content(), `up again from ${scene.inside}, across ${scene.squash}`).toEqual(full);
      expect(await openSquashed(target, scene.after, (kernel) => kernel.status())).toMatchObject({ pending: [] });
      await openSquashed(target, scene.after, (kernel) => kernel.downgrade('base', { cascade: true }));
      expect(await content()).toEqual(empty);
    },
  );
});
