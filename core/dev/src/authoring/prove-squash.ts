import { isKernelError } from '@headwater/kernel/internal/errors';
import { ancestorsOf } from '@headwater/kernel/internal/graph';
import { graphOfPlugins, revisionSetOf } from '@headwater/kernel/internal/migrations';
import type { Plugin, PluginSet, Revision } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { replayDown, replayFailure, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { subsetOf, withRevision } from './plugin-subset.ts';
import { revisionOf } from './prove-draft.ts';
import type { RevisionDraft } from './revision-source.ts';
import { assertSameSchema, schemaAfter } from './schema-proof.ts';
import { readRows, type TableRows } from './table-rows.ts';

/** The subject of a proof. */
interface SquashProof {
  readonly set: PluginSet;
  readonly plugin: Plugin;
  readonly revision: RevisionDraft;
  /** The revisions that it replaces, in order. */
  readonly range: readonly Revision[];
  readonly onStage: (stage: string) => void;
}

/**
 * Proves that a squash is equal to its range: in a new database with all active plugins, in every database that has applied
 * a part of the range, and by its `down`. Returns the tables whose rows cannot be compared. Throws PROOF_FAILED, SHADOW_FAILED
 * and SQUASH_INVALID.
 */
export async function proveSquash(
  shadow: Shadow,
  { set, plugin, revision: draft, range, onStage }: SquashProof,
): Promise<readonly string[]> {
  const squash = revisionOf(plugin, draft);
  const extended = withRevision(set, squash);
  revisionSetOf(extended);
  assertSamePlans(set, extended, range);

  onStage('running the range');
  const old = subsetOf(set).revisions;
  const expected = { catalog: await schemaAfter(shadow, old), rows: await readRows(shadow.session) };
  onStage('running the squash in its place');
  const fresh = subsetOf(extended);
  const found = await replayed(shadow, squash.id, fresh.revisions);
  assertSameSchema(
    squash.id,
    'it leads to a schema that differs from that of the range',
    expected.catalog,
    found.catalog,
  );
  const differing = differingTables(expected.rows, found.rows);
  const random = differing.length === 0 ? [] : await randomTables(shadow, old, expected.rows);
  const different = differing.filter((name) => !random.includes(name));
  if (different.length > 0) {
    const claim = 'it leads to rows that differ from those of the range';
    throw devError('PROOF_FAILED', {
      revision: squash.id,
      claim,
      differences: different.map((name) => `rows of ${name}`),
    });
  }

  onStage('reverting the squash');
  const needed = ancestorsOf(fresh.graph, squash.id);
  const before = await schemaAfter(
    shadow,
    fresh.revisions.filter(({ id }) => needed.has(id)),
  );
  await replayUp(shadow, [squash]);
  if (squash.down === null) return random;
  const after = await shadow.catalog();
  await replayDown(shadow, [squash]);
  assertSameSchema(squash.id, 'its `down` does not revert its `up`', before, await shadow.catalog());
  await replayUp(shadow, [squash]);
  assertSameSchema(squash.id, 'its `up` has a different effect after its `down`', after, await shadow.catalog());
  return random;
}

/** A database inside the range goes on as if there were no squash: with the same revisions, in the same order. */
function assertSamePlans(set: PluginSet, extended: PluginSet, range: readonly Revision[]): void {
  const order = graphOfPlugins(set).order.map(({ id }) => id);
  for (const { id } of range.slice(0, -1)) {
    const applied = new Set(order.slice(0, order.indexOf(id) + 1));
    const left = graphOfPlugins(extended, { unknown: [], applied }).order.filter((one) => !applied.has(one.id));
    if (left.map((one) => one.id).join() !== order.filter((one) => !applied.has(one)).join()) {
      throw new Error(`the plan after ${id} changes`);
    }
  }
}

interface Content {
  readonly catalog: Awaited<ReturnType<typeof schemaAfter>>;
  readonly rows: TableRows;
}

async function replayed(shadow: Shadow, id: string, revisions: readonly Revision[]): Promise<Content> {
  try {
    return { catalog: await schemaAfter(shadow, revisions), rows: await readRows(shadow.session) };
  } catch (error) {
    const failure = replayFailure(error);
    if (failure === null || !isKernelError(error)) throw error;
    const claim =
      failure.revision === id
        ? 'its SQL does not run as one text'
        : `${failure.revision} runs after it, and needs what a later revision of the range changes`;
    throw devError('PROOF_FAILED', { revision: id, claim, differences: [failure.message] }, { cause: error });
  }
}

function differingTables(a: TableRows, b: TableRows): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name)).toSorted();
}

/** Returns the tables whose rows contain what no two databases share, such as times. */
async function randomTables(
  shadow: Shadow,
  revisions: readonly Revision[],
  rows: TableRows,
): Promise<readonly string[]> {
  await schemaAfter(shadow, revisions);
  return differingTables(rows, await readRows(shadow.session));
}
