import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftFromSql } from '../../core/dev/src/authoring/draft-from-sql.ts';
import { subsetOf } from '../../core/dev/src/authoring/plugin-subset.ts';
import { schemaDifferences } from '../../core/dev/src/authoring/schema-proof.ts';
import { replayDown, replayUp } from '../../core/dev/src/shadow/replay.ts';
import { verifyBranch } from '../../core/dev/src/verify/verify-branch.ts';
import { verifyOrders } from '../../core/dev/src/verify/verify-orders.ts';
import { ancestorsOf } from '../../core/kernel/src/graph/ancestors.ts';
import { readDrift } from '../../core/kernel/src/migrate/drift-check.ts';
import { openAuthoring, type Authoring } from '../helper/authoring.ts';
import { databaseKinds, serverUrl, type DatabaseKind } from '../helper/database.ts';
import { pluginsOf, readHistories, type History } from './histories.ts';

// `npm run test:full` takes all histories and proves some, `npm test` takes one. To prove all:
// TRIALS=20 PROOFS=20 SEED=1 npx vitest run test/corpus
const trials = Number(process.env['TRIALS'] ?? 1);
const proofs = Number(process.env['PROOFS'] ?? 1);
const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

const histories = readHistories();
const shuffled = fc.shuffledSubarray([...histories], { minLength: histories.length });
const chosen = fc.sample(shuffled, { numRuns: 1, seed }).flat().slice(0, trials);
const named = (list: readonly History[]): [string, History][] => list.map((history) => [history.plugin, history]);

/**
 * Defines the tests of the histories on one engine. Each engine has a test file of its own, so that they run at the same
 * time.
 */
export function proveHistories(kind: DatabaseKind): void {
  describe(`on ${kind}, with SEED=${seed},`, () => {
    let authoring: Authoring;
    beforeAll(async () => {
      authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
    });
    afterAll(() => authoring[Symbol.asyncDispose]());

    // Proving takes seconds, so each history is proven on one engine, which differs from seed to seed.
    const onThisEngine = chosen.filter((_, i) => (i + seed) % databaseKinds.length === databaseKinds.indexOf(kind));
    const proven = onThisEngine.slice(0, proofs);

    it.each(named(chosen))('%s runs up, down and up again', { timeout: 120_000 }, async (name, history) => {
      const { shadow } = authoring;
      const { revisions } = subsetOf(pluginsOf(history, histories));
      const own = revisions.filter(({ plugin }) => plugin === name);
      await shadow.empty();
      await replayUp(
        shadow,
        revisions.filter(({ plugin }) => plugin !== name),
      );
      const before = await shadow.catalog();
      await replayUp(shadow, own);
      const after = await shadow.catalog();
      await replayDown(shadow, own);
      expect(schemaDifferences(before, await shadow.catalog())).toEqual([]);
      await replayUp(shadow, own);
      expect(schemaDifferences(after, await shadow.catalog())).toEqual([]);
      expect(await readDrift(shadow.session)).toMatchObject({ missing: [], unknown: [] });
    });

    describe.each(named(proven))('%s', (name, history) => {
      const set = pluginsOf(history, histories);
      const all = subsetOf(set);

      it(
        'is proven, each revision by itself and all in the orders that its edges allow',
        { timeout: 120_000 },
        async () => {
          expect(await verifyBranch(authoring.shadow, name, all, () => {})).toEqual([]);
          expect(await verifyOrders(authoring.shadow, all, [name], 1, () => {})).toEqual([]);
        },
      );

      it(
        'agrees with a plugin without entities, so that there is nothing to create',
        { timeout: 120_000 },
        async () => {
          expect(await authoring.check(set.plugins.map(inMemory), all.revisions)).toEqual([]);
          const draft = await authoring.draft(set.plugins.map(inMemory), all.revisions, name);
          expect(draft).toMatchObject({ revision: null, changes: [], hasEntities: false });
        },
      );

      // A draft runs in a transaction.
      const texts = history.revisions.filter(({ revision }) => revision.transaction);
      const from = seed + histories.indexOf(history);
      const again = fc.sample(fc.constantFrom(...texts), { numRuns: 1, seed: from })[0]?.revision;

      it(`can draft ${again?.slug} from its text, after what it depends on`, { timeout: 120_000 }, async () => {
        if (again?.up.kind !== 'sql') throw new Error(`${name} has no SQL`);
        const needed = ancestorsOf(all.graph, again.id);
        const earlier = histories.map((one) => ({
          ...one,
          revisions: one.revisions.filter(({ revision: { id } }) => id !== again.id && needed.has(id)),
        }));
        const before = pluginsOf(earlier[histories.indexOf(history)] ?? history, earlier);
        const plugin = before.byName.get(name);
        if (plugin === undefined) throw new Error(`no plugin ${name}`);
        const openShadow = async () => ({ ...authoring.shadow, [Symbol.asyncDispose]: async () => {} });
        const context = { set: before, plugin, openShadow, pinHeads: false, onStage() {} };
        const { revision } = await draftFromSql(context, 'again', again.up.text);
        expect(revision?.up).toBe(again.up.text);
      });
    });
  });
}

function inMemory({
  name,
  requires,
}: {
  readonly name: string;
  readonly requires: readonly { readonly plugin: string }[];
}): {
  readonly name: string;
  readonly requires: readonly string[];
} {
  return { name, requires: requires.map(({ plugin }) => plugin) };
}
