import { resolveTarget, type RevisionGraph } from '@headwater/kernel/internal/graph';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';

/**
 * Finds the revision of a plugin that `name` names: an id, a slug, or a unique prefix of one of them. Throws TARGET_UNKNOWN,
 * TARGET_AMBIGUOUS and TARGET_ILLEGAL.
 */
export function findBranchRevision(plugin: Plugin, graph: RevisionGraph, name: string): Revision | undefined {
  const target = name.includes('@') ? name : `${plugin.name}@${name}`;
  const resolved = resolveTarget(graph, new Set(), target, 'up');
  const id = resolved.kind === 'revisions' ? resolved.ids[0] : undefined;
  return plugin.revisions.find((revision) => revision.id === id);
}
