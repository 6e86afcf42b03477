import { isDevError } from '../error/dev-codes.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { ancestorsOf, headsAmong, isActive, type Catalog } from '@headwater/kernel/internal';
import type { Shadow } from '../shadow/shadow.ts';
import type { Finding } from './finding.ts';
import { exchanges, linearExtension, randomFrom, withLast } from './linear-extension.ts';
import type { Part } from './part.ts';
import { catalogAfter } from './prove.ts';

/** An order in which a database may get the revisions of all active plugins, and how it comes about. */
interface Order {
  readonly ids: readonly string[];
  readonly story: string;
}

/**
 * Tries the orders in which databases that exist may get the revisions: one plugin activated after all others, its latest
 * revision after all else, and `random` orders drawn at random, the same at each call. Each has to run and to come to
 * what a new database has. What does not is told by the shortest order that shows it.
 */
export async function verifyOrders(
  shadow: Shadow,
  part: Part,
  plugins: readonly string[],
  random: number,
  onOrder: (story: string) => void,
): Promise<readonly Finding[]> {
  const { graph } = part;
  const trial = openTrial(shadow, part);
  const fresh = graph.order.map(({ id }) => id);
  const expected = await trial(fresh);
  // That no order runs at all is for the walk along the branches to tell.
  if ('failed' in expected) return [];
  const findings: Finding[] = [];
  const seen = new Set([fresh.join(' ')]);
  for (const { ids, story } of ordersOf(part, plugins, random)) {
    const key = ids.join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    onOrder(story);
    const found = await trial(ids);
    const finding =
      'failed' in found
        ? await explainFailure(found, ids, story, part, trial)
        : await explainDifference(expected.catalog, found.catalog, fresh, ids, story, part, trial);
    // Many orders show the same.
    if (finding !== null && !findings.some((other) => isSame(other, finding))) findings.push(finding);
  }
  return findings;
}

function isSame(a: Finding, b: Finding): boolean {
  return a.revision === b.revision && a.differences.join('\n') === b.differences.join('\n');
}

function ordersOf({ graph, plugins: all }: Part, plugins: readonly string[], random: number): readonly Order[] {
  const activated = plugins.flatMap((plugin): readonly Order[] => {
    const branch = graph.branches.get(plugin) ?? [];
    // Nothing comes before plugin zero.
    if (branch.length === 0 || plugin === all[0]?.name) return [];
    const ids = withLast(graph.order, new Set(branch.map(({ id }) => id)));
    return [{ ids, story: `"${plugin}" is activated after all others` }];
  });
  const latest = plugins.flatMap((plugin) =>
    headsAmong((graph.branches.get(plugin) ?? []).filter(isActive)).map((head): Order => {
      return {
        ids: withLast(graph.order, new Set([head])),
        story: `"${head}" comes after all that was there before it`,
      };
    }),
  );
  const drawn = Array.from({ length: random }, (_, i): Order => {
    return {
      ids: linearExtension(graph.order, randomFrom(i + 1)),
      story: `order ${i + 1} of ${random}, drawn at random`,
    };
  });
  return [...activated, ...latest, ...drawn];
}

/** What an empty database has after an order; or where it fails. */
type Outcome = { readonly catalog: Catalog } | { readonly failed: string; readonly reason: string };

type Trial = (ids: readonly string[]) => Promise<Outcome>;

function openTrial(shadow: Shadow, { revisions }: Part): Trial {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  return async (ids) => {
    try {
      return {
        catalog: await catalogAfter(
          shadow,
          ids.flatMap((id) => byId.get(id) ?? []),
        ),
      };
    } catch (error) {
      if (!isDevError(error, 'SHADOW_FAILED')) throw error;
      return { failed: error.details.revision, reason: error.message };
    }
  };
}

/** A revision that fails in some order: on what it names alone, because an edge is missing; or after one that is in its way. */
async function explainFailure(
  { failed, reason }: Extract<Outcome, { failed: string }>,
  ids: readonly string[],
  story: string,
  { graph }: Part,
  trial: Trial,
): Promise<Finding> {
  const needed = ancestorsOf(graph, failed);
  const before = ids.slice(0, ids.indexOf(failed));
  let kept: readonly string[] = before;
  // Whoever is not needed for the failure is left out, latest first, with all that stands on it.
  for (const id of before.toReversed()) {
    if (needed.has(id) || !kept.includes(id)) continue;
    const shorter = kept.filter((other) => other !== id && !ancestorsOf(graph, other).has(id));
    const outcome = await trial([...shorter, failed]);
    if ('failed' in outcome && outcome.failed === failed) kept = shorter;
  }
  const others = kept.filter((id) => !needed.has(id));
  const why =
    others.length === 0
      ? 'an edge is missing in its `dependsOn`: it fails on what it names alone'
      : `it fails once ${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} there, and no edge says which comes first`;
  return {
    plugin: failed.split('@')[0] ?? '',
    revision: failed,
    rule: 'order',
    message: `${why} (${story}). ${reason}`,
    differences: [`shortest order that fails: ${[...kept, failed].join(', ')}`],
  };
}

/** Two revisions that do not commute: somewhere on the way from one order to the other an exchange of two makes the difference. */
async function explainDifference(
  expected: Catalog,
  found: Catalog,
  from: readonly string[],
  to: readonly string[],
  story: string,
  { graph }: Part,
  trial: Trial,
): Promise<Finding | null> {
  const differences = differencesOf(expected, found);
  if (differences.length === 0) return null;
  const steps = exchanges(from, to);
  const comesToTheSame = async (at: number): Promise<boolean> => {
    const outcome = await trial(steps[at] ?? []);
    return !('failed' in outcome) && differencesOf(expected, outcome.catalog).length === 0;
  };
  let [same, other] = [0, steps.length - 1];
  while (other - same > 1) {
    const middle = (same + other) >> 1;
    if (await comesToTheSame(middle)) same = middle;
    else other = middle;
  }
  const [before, after] = [steps[same] ?? [], steps[other] ?? []];
  const at = before.findIndex((id, i) => id !== after[i]);
  const [first = '', second = ''] = before.slice(at, at + 2);
  const stand = new Set([...ancestorsOf(graph, first), ...ancestorsOf(graph, second)]);
  const base = from.filter((id) => stand.has(id));
  const [one, two] = [await trial([...base, first, second]), await trial([...base, second, first])];
  const alone = 'failed' in one || 'failed' in two ? [] : differencesOf(one.catalog, two.catalog);
  const shown = alone.length > 0 ? alone : differences;
  const order = alone.length > 0 ? [...base, second, first] : after.slice(0, at + 2);
  return {
    plugin: second.split('@')[0] ?? '',
    revision: second,
    rule: 'order',
    message: `${first} and ${second} do not commute, and no edge says which comes first (${story}).`,
    differences: [...shown, `shortest order that differs from a new database: ${order.join(', ')}`],
  };
}

function differencesOf(expected: Catalog, found: Catalog): readonly string[] {
  return differenceOf(expected, found, { undefine: true }).map(explainChange);
}
