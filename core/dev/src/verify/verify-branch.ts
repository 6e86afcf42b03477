import type { Catalog } from '@headwater/kernel/internal/catalog';
import { ancestorsOf, type RevisionGraph } from '@headwater/kernel/internal/graph';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { PluginSubset } from '../authoring/plugin-subset.ts';
import { assertSameSchema } from '../authoring/schema-proof.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import type { Finding } from '../lint/finding.ts';
import { conflictsIn } from '../lint/transaction-check.ts';
import { replayDown, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { additiveGroup, proveGroup } from './additive-group.ts';
import { readOwnTables, requiredColumns } from './required-columns.ts';
import { findingOfRefusal, verifyFinding, type VerifyRule } from './verify-finding.ts';

/**
 * Verifies a plugin's branch from base to head. Each revision runs in a shadow that has only the revisions that it
 * depends on. It has to succeed, its `down` has to revert it, its `up` has to lead to the same schema again, and it may
 * change only objects of its plugin. Stops at the first revision that fails, since the later ones depend on it. `only`
 * holds the revisions to verify, by default all of the branch; the others only run.
 */
export async function verifyBranch(
  shadow: Shadow,
  plugin: string,
  { graph, revisions }: PluginSubset,
  onRevision: (id: string) => void,
  only: ReadonlySet<string> | null = null,
): Promise<readonly Finding<VerifyRule>[]> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  let left: readonly Revision[] = (graph.branches.get(plugin) ?? []).flatMap(({ id }) =>
    only?.has(id) === false ? [] : (byId.get(id) ?? []),
  );
  const findings: Finding<VerifyRule>[] = [];
  /** The revisions whose catalogs have to be read. */
  const undecided = new Set<string>();
  let present = nothing;
  await shadow.empty();
  for (let [revision] = left; revision !== undefined; [revision] = left) {
    const { id } = revision;
    onRevision(id);
    const conflicts = await conflictsOf(revision);
    if (conflicts.length > 0) return [...findings, ...conflicts];
    const needed = ancestorsOf(graph, id);
    // On a branch with merges, the shadow may have revisions that this one does not depend on.
    if (!present.ids.isSubsetOf(needed)) {
      await shadow.empty();
      present = nothing;
    }
    try {
      const missing = missingRevisions(graph, byId, needed, present.ids);
      await replayUp(shadow, missing);
      if (missing.length > 0) present = { ids: needed, schema: null };
      const group = await additiveGroup(shadow, consecutive(graph, left, needed), undecided);
      if (group.length > 0) {
        const proof = await proveGroup(shadow, group);
        if (proof.outcome === 'proven') {
          const ids = new Set([...needed, ...group.map((proven) => proven.id)]);
          present = { ids, schema: null };
          left = left.slice(group.length);
        } else {
          for (const one of proof.revisions) undecided.add(one);
          await shadow.empty();
          present = nothing;
        }
        continue;
      }
      const before = present.schema ?? (await shadow.catalog());
      const { found, isIntact, after } = await verifyRevision(shadow, revision, before);
      findings.push(...found);
      if (!isIntact) await shadow.empty();
      present = isIntact ? { ids: new Set([...needed, id]), schema: after } : nothing;
      left = left.slice(1);
    } catch (error) {
      findings.push(findingOfRefusal(error, { rule: 'alone', plugin, revision: id, file: revision.file }));
      break;
    }
  }
  return findings;
}

/**
 * Returns the first revisions of a branch that may run one after another, given what the first of them depends on: each
 * depends on the one before it, and on nothing that has not run.
 */
function consecutive(
  { byId }: RevisionGraph,
  branch: readonly Revision[],
  needed: ReadonlySet<string>,
): readonly Revision[] {
  const present = new Set(needed);
  const end = branch.findIndex(({ id }, i) => {
    const needs = byId.get(id)?.needs ?? [];
    const follows = i === 0 || (needs.includes(branch[i - 1]?.id ?? '') && needs.every((need) => present.has(need)));
    present.add(id);
    return !follows;
  });
  return end === -1 ? branch : branch.slice(0, end);
}

async function conflictsOf(revision: Revision): Promise<readonly Finding<VerifyRule>[]> {
  const { id, plugin, file } = revision;
  return (await conflictsIn(revision)).map(({ line, statement, message }) =>
    verifyFinding({ rule: 'transaction', plugin, revision: id, file, line, statement, message }),
  );
}

/** The revisions that a shadow has, and the schema that they produce, if it has been read. */
interface Present {
  readonly ids: ReadonlySet<string>;
  readonly schema: Catalog | null;
}

const nothing: Present = { ids: new Set(), schema: null };

function missingRevisions(
  { order }: RevisionGraph,
  byId: ReadonlyMap<string, Revision>,
  needed: ReadonlySet<string>,
  present: ReadonlySet<string>,
): readonly Revision[] {
  return order.flatMap(({ id }) => (needed.has(id) && !present.has(id) ? (byId.get(id) ?? []) : []));
}

interface VerifiedRevision {
  readonly found: readonly Finding<VerifyRule>[];
  /** Whether the shadow has the schema that the revision produces. */
  readonly isIntact: boolean;
  readonly after: Catalog;
}

async function verifyRevision(shadow: Shadow, revision: Revision, before: Catalog): Promise<VerifiedRevision> {
  const { id, plugin, file, down } = revision;
  await replayUp(shadow, [revision]);
  const after = await shadow.catalog();
  const own = await readOwnTables(shadow.session, plugin);
  const found = requiredColumns(revision, differenceOf(before, after), own);
  if (down === null) return { found, isIntact: true, after };
  try {
    await replayDown(shadow, [revision]);
    assertSameSchema(id, 'its `down` does not revert its `up`', before, await shadow.catalog());
    await replayUp(shadow, [revision]);
    assertSameSchema(id, 'its `up` has a different effect after its `down`', after, await shadow.catalog());
    return { found, isIntact: true, after };
  } catch (error) {
    const finding = findingOfRefusal(error, { rule: 'undo', plugin, revision: id, file });
    return { found: [...found, finding], isIntact: false, after };
  }
}
