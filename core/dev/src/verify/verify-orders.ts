import type { Catalog } from '@headwater/kernel/internal/catalog';
import { ancestorsOf, headsAmong, isActive } from '@headwater/kernel/internal/graph';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { PluginSubset } from '../authoring/plugin-subset.ts';
import { movedLast, neighborSwaps, randomFrom, randomOrder } from '../authoring/revision-orders.ts';
import { schemaAfter, schemaDifferences } from '../authoring/schema-proof.ts';
import type { Finding } from '../lint/finding.ts';
import { replayFailure } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { verifyFinding, type VerifyRule } from './verify-finding.ts';

/** An order in which a database may run the revisions of all active plugins. */
interface Order {
  readonly ids: readonly string[];
  /** The reason why a database may run it, for messages. */
  readonly story: string;
}

/**
 * Tries orders in which existing databases may run the revisions: with each plugin activated last, with each latest
 * revision run last, and `random` random orders, which are the same on each call. Every order has to succeed and to
 * produce the schema of a fresh database, which is `known` if that database has just been made. A failure is reported
 * with the shortest order that shows it.
 */
export async function verifyOrders(
  shadow: Shadow,
  all: PluginSubset,
  plugins: readonly string[],
  random: number,
  onOrder: (story: string) => void,
  known: Catalog | null = null,
): Promise<readonly Finding<VerifyRule>[]> {
  const trials = openTrials(shadow, all);
  const fresh = all.graph.order.map(({ id }) => id);
  const expected = known === null ? await trials.run(fresh) : { catalog: known };
  // Revisions that fail in every order are reported by verifyBranch.
  if ('failed' in expected) return [];
  const findings: Finding<VerifyRule>[] = [];
  const seen = new Set([fresh.join(' ')]);
  for (const order of ordersOf(all, plugins, random)) {
    const key = order.ids.join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    onOrder(order.story);
    const outcome = await trials.run(order.ids);
    const finding =
      'failed' in outcome
        ? await explainFailure(outcome, order, trials)
        : await explainDifference(expected.catalog, outcome.catalog, fresh, order, trials);
    // Many orders show the same problem.
    if (finding !== null && !findings.some((other) => isSame(other, finding))) findings.push(finding);
  }
  return findings;
}

function isSame(a: Finding, b: Finding): boolean {
  return a.revision === b.revision && a.differences.join('\n') === b.differences.join('\n');
}

function ordersOf({ graph, plugins: all }: PluginSubset, plugins: readonly string[], random: number): readonly Order[] {
  const activatedLate = plugins.flatMap((plugin): readonly Order[] => {
    const branch = graph.branches.get(plugin) ?? [];
    // Nothing comes before plugin zero.
    if (branch.length === 0 || plugin === all[0]?.name) return [];
    const ids = movedLast(graph.order, new Set(branch.map(({ id }) => id)));
    return [{ ids, story: `"${plugin}" is activated after all others` }];
  });
  const headsLast = plugins.flatMap((plugin) =>
    headsAmong((graph.branches.get(plugin) ?? []).filter(isActive)).map((head): Order => {
      return { ids: movedLast(graph.order, new Set([head])), story: `"${head}" runs after everything else` };
    }),
  );
  const drawn = Array.from({ length: random }, (_, i): Order => {
    return { ids: randomOrder(graph.order, randomFrom(i + 1)), story: `random order ${i + 1} of ${random}` };
  });
  return [...activatedLate, ...headsLast, ...drawn];
}

/** The schema that an order produces on an empty database, or the revision that fails. */
type Outcome = { readonly catalog: Catalog } | Failure;

interface Failure {
  readonly failed: string;
  readonly reason: string;
}

/** Runs orders on an empty database. */
interface Trials extends Pick<PluginSubset, 'graph'> {
  readonly byId: ReadonlyMap<string, Revision>;
  readonly run: (ids: readonly string[]) => Promise<Outcome>;
}

function openTrials(shadow: Shadow, { graph, revisions }: PluginSubset): Trials {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  return {
    graph,
    byId,
    async run(ids) {
      try {
        const ordered = ids.flatMap((id) => byId.get(id) ?? []);
        return { catalog: await schemaAfter(shadow, ordered) };
      } catch (error) {
        const failure = replayFailure(error);
        if (failure === null) throw error;
        return { failed: failure.revision, reason: failure.message };
      }
    },
  };
}

/**
 * Explains why a revision fails in some order: an edge is missing, or a revision that runs before it breaks it.
 */
async function explainFailure(
  { failed, reason }: Failure,
  { ids, story }: Order,
  { graph, byId, run }: Trials,
): Promise<Finding<VerifyRule>> {
  const needed = ancestorsOf(graph, failed);
  const before = ids.slice(0, ids.indexOf(failed));
  let kept: readonly string[] = before;
  // Try to remove each revision and its dependents, latest first, and keep only those that the failure needs.
  for (const id of before.toReversed()) {
    if (needed.has(id) || !kept.includes(id)) continue;
    const shorter = kept.filter((other) => other !== id && !ancestorsOf(graph, other).has(id));
    const outcome = await run([...shorter, failed]);
    if ('failed' in outcome && outcome.failed === failed) kept = shorter;
  }
  const others = kept.filter((id) => !needed.has(id));
  const why =
    others.length === 0
      ? 'it fails with only its declared dependencies, so an edge is missing in `dependsOn`'
      : `it fails after ${others.join(' and ')}, and no edge orders them`;
  return verifyFinding({
    rule: 'order',
    plugin: failed.split('@')[0] ?? '',
    revision: failed,
    file: byId.get(failed)?.file ?? null,
    message: `${why} (${story}). ${reason}`,
    differences: [`shortest order that fails: ${[...kept, failed].join(', ')}`],
  });
}

/**
 * Finds two revisions that do not commute and explains them. On the way from one order to the other, a single swap of
 * neighbors changes the resulting schema.
 */
async function explainDifference(
  expected: Catalog,
  found: Catalog,
  fresh: readonly string[],
  { ids, story }: Order,
  { graph, byId, run }: Trials,
): Promise<Finding<VerifyRule> | null> {
  const differences = schemaDifferences(expected, found);
  if (differences.length === 0) return null;
  const steps = neighborSwaps(fresh, ids);
  const hasExpectedSchema = async (step: number): Promise<boolean> => {
    const outcome = await run(steps[step] ?? []);
    return !('failed' in outcome) && schemaDifferences(expected, outcome.catalog).length === 0;
  };
  let [same, other] = [0, steps.length - 1];
  while (other - same > 1) {
    const middle = (same + other) >> 1;
    if (await hasExpectedSchema(middle)) same = middle;
    else other = middle;
  }
  const [before, after] = [steps[same] ?? [], steps[other] ?? []];
  const at = before.findIndex((id, i) => id !== after[i]);
  const [first = '', second = ''] = before.slice(at, at + 2);
  const needed = new Set([...ancestorsOf(graph, first), ...ancestorsOf(graph, second)]);
  const base = fresh.filter((id) => needed.has(id));
  const [one, two] = [await run([...base, first, second]), await run([...base, second, first])];
  const alone = 'failed' in one || 'failed' in two ? [] : schemaDifferences(one.catalog, two.catalog);
  const shown = alone.length > 0 ? alone : differences;
  const order = alone.length > 0 ? [...base, second, first] : after.slice(0, at + 2);
  return verifyFinding({
    rule: 'order',
    plugin: second.split('@')[0] ?? '',
    revision: second,
    file: byId.get(second)?.file ?? null,
    message: `${first} and ${second} do not commute, and no edge orders them (${story}).`,
    differences: [...shown, `shortest order that differs from a fresh database: ${order.join(', ')}`],
  });
}
