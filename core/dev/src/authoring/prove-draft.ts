import { defineRevision, type Sql } from '@headwater/kernel/plugin';
import type { Catalog } from '@headwater/kernel/internal/catalog';
import { checkRevision, type Plugin, type Revision } from '@headwater/kernel/internal/plugins';
import { isDevError } from '../error/dev-codes.ts';
import { recordDraft, replayDown, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import type { Draft, DraftContext } from './draft.ts';
import { findEdges } from './find-edges.ts';
import { withoutImplied } from './implied-edges.ts';
import { inferEdges } from './infer-edges.ts';
import { lintDraft, type DraftReview } from './lint-draft.ts';
import { subsetOf, withRevision, type PluginSubset } from './plugin-subset.ts';
import { proveOrder } from './prove-order.ts';
import { importSpecifierOf, slugOf } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';
import { assertSameSchema } from './schema-proof.ts';
import { unreadObjects } from './unread-objects.ts';

/** The context of a proof. */
export interface ProofContext extends Pick<DraftContext, 'set' | 'plugin' | 'pinHeads' | 'onStage'> {
  /** The plugin and everything that it requires. */
  readonly required: PluginSubset;
  /** The shadow in which the SQL has just run, after all revisions of `required`. */
  readonly shadow: Shadow;
  /** The schema before and after the SQL ran. */
  readonly before: Catalog;
  readonly after: Catalog;
  /** Whether an author wrote the SQL. Default: false. */
  readonly isHandWritten?: boolean;
}

/** A revision before its edges are known. */
export type UnprovenDraft = Pick<RevisionDraft, 'id' | 'up' | 'down' | 'transaction' | 'check' | 'about'>;

/** A revision with its proof. */
export interface ProvenDraft extends Pick<Draft, 'unread'> {
  readonly revision: RevisionDraft;
  readonly review: DraftReview;
}

/**
 * Turns SQL that has just run into a revision with edges, and proves the revision: `down` reverts it, its declared
 * dependencies suffice, and a fresh database ends up with the same schema. Edges that cannot be inferred are found by
 * trying. Throws the errors of {@link inferEdges}, SHADOW_FAILED and PROOF_FAILED.
 */
export async function proveDraft(
  unproven: UnprovenDraft,
  { set, plugin, pinHeads, onStage, required, shadow, before, after, isHandWritten = false }: ProofContext,
): Promise<ProvenDraft> {
  const { id, up, down } = unproven;
  const { revises, dependsOn: inferred, heads } = await inferEdges(plugin, up, required, pinHeads);
  const withEdges = (dependsOn: RevisionDraft['dependsOn']): Revision =>
    revisionOf(plugin, { ...unproven, revises, dependsOn });
  const revision = withEdges(inferred);
  if (down !== null) {
    onStage('reverting the revision');
    await recordDraft(shadow, revision);
    await replayDown(shadow, [revision]);
    assertSameSchema(id, 'its `down` does not revert its `up`', before, await shadow.catalog());
    await replayUp(shadow, [revision]);
    assertSameSchema(id, 'its `up` has a different effect after its `down`', after, await shadow.catalog());
  }
  onStage('proving other orders');
  const found = await findEdges(inferred, heads, required, async (edges) => {
    try {
      await proveOrder(shadow, withEdges(edges), set, required, after);
      return null;
    } catch (error) {
      if (isDevError(error, 'PROOF_FAILED')) return error;
      throw error;
    }
  });
  const dependsOn = pinHeads ? found : withoutImplied({ revises, dependsOn: found }, required.graph).dependsOn;
  const names = new Set(required.plugins.map(({ name }) => name));
  const proven = withEdges(dependsOn);
  const review = await lintDraft(proven, subsetOf(withRevision(set, proven), names), { isHandWritten });
  const draft: RevisionDraft = {
    ...unproven,
    revises,
    dependsOn,
    breaking: review.breaking !== null,
    notes: review.risks.map(({ rule, message }) => `${rule}: ${message}`),
    importFrom: importSpecifierOf(plugin),
  };
  return { revision: draft, review, unread: unreadObjects(after) };
}

/** Returns the revision of a draft whose edges are known, or which has none yet. */
export function revisionOf(
  plugin: Plugin,
  {
    id,
    up,
    down,
    transaction,
    check,
    revises,
    dependsOn,
    replaces = [],
    breaking = false,
  }: Omit<UnprovenDraft, 'about'> & Pick<RevisionDraft, 'revises' | 'dependsOn' | 'replaces' | 'breaking'>,
): Revision {
  const defined = defineRevision({
    id,
    revises,
    dependsOn: dependsOn.map(({ revision }) => revision),
    up: plainSql(up),
    ...(down !== null && { down: plainSql(down) }),
    replaces,
    breaking,
    ...(transaction === false && { transaction }),
    ...(check !== undefined && { check: plainSql(check) }),
  });
  // The file does not exist yet.
  return checkRevision(defined, plugin.name, slugOf(id), '');
}

function plainSql(text: string): Sql {
  return Object.freeze({ kind: 'sql', text, values: [] });
}
