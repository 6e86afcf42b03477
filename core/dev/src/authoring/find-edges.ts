import type { KernelError } from '@headwater/kernel/internal/errors';
import { ancestorsOf } from '@headwater/kernel/internal/graph';
import type { PluginSubset } from './plugin-subset.ts';
import type { DraftDependency } from './revision-source.ts';

/** Proves a revision with some edges. Returns the error if the proof fails. */
export type TryEdges = (dependsOn: readonly DraftDependency[]) => Promise<KernelError | null>;

/**
 * Returns the edges with which the proof of a revision succeeds: the inferred ones, or the smallest additions to them
 * that are found by trying. Inference does not see everything that SQL uses, such as the operator class of an index. So
 * if the proof fails, it is tried with the `heads` of what the plugin requires. If it succeeds with all of them, each is
 * left out in turn, and each that is needed is replaced by the earliest revision of its branch that suffices. Throws the
 * error of the proof with the inferred edges if the heads do not help.
 */
export async function findEdges(
  inferred: readonly DraftDependency[],
  heads: readonly string[],
  required: PluginSubset,
  tryEdges: TryEdges,
): Promise<readonly DraftDependency[]> {
  const failure = await tryEdges(inferred);
  if (failure === null) return inferred;
  const missing = new Map<string, KernelError>();
  const failureWith = async (added: readonly string[]): Promise<KernelError | null> =>
    tryEdges(
      merged(
        inferred,
        added.map((revision) => ({ revision, why: '' })),
      ),
    );
  if (heads.length === 0 || (await failureWith(heads)) !== null) throw failure;

  let added = heads;
  for (const head of heads) {
    const others = added.filter((one) => one !== head);
    const without = await failureWith(others);
    if (without === null) added = others;
    else missing.set(head, without);
  }
  const found: DraftDependency[] = [];
  for (const head of added) {
    const others = added.filter((one) => one !== head);
    const branch = lineTo(head, required);
    let reason = missing.get(head) ?? failure;
    let [low, high] = [0, branch.length - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const without = await failureWith([...others, branch[middle] ?? head]);
      if (without === null) high = middle;
      else {
        low = middle + 1;
        reason = without;
      }
    }
    const revision = branch[high] ?? head;
    added = added.map((one) => (one === head ? revision : one));
    found.push({ revision, why: `found by trying: without it, ${explained(reason)}` });
  }
  return merged(inferred, found);
}

/** Returns the branch of a revision up to the revision, in the order in which it grew. */
function lineTo(head: string, { graph }: PluginSubset): readonly string[] {
  const branch = [...graph.branches.values()].find((revisions) => revisions.some(({ id }) => id === head)) ?? [];
  const before = ancestorsOf(graph, head);
  return branch.map(({ id }) => id).filter((id) => id === head || before.has(id));
}

/** Adds edges to others. Edges that follow from others are left out once all are known. */
function merged(inferred: readonly DraftDependency[], added: readonly DraftDependency[]): readonly DraftDependency[] {
  const names = new Set(added.map(({ revision }) => revision));
  const others = inferred.filter(({ revision }) => !names.has(revision));
  return [...others, ...added].toSorted((a, b) => (a.revision < b.revision ? -1 : 1));
}

/** Returns the answer of the server that a proof reports, or the claim of the proof that does not hold. */
function explained({ cause, details }: KernelError): string {
  const reason = reasonIn(cause instanceof Error && 'details' in cause ? cause.details : null);
  const { claim = '' } = details as { readonly claim?: string };
  return reason ?? claim;
}

function reasonIn(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('reason' in details)) return null;
  return typeof details.reason === 'string' ? details.reason : null;
}
