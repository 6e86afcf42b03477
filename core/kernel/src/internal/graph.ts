/** Internal door `@headwater/kernel/internal/graph`, for `@headwater/dev` alone: the revision graph and plans. */
export { ancestorsOf } from '../graph/ancestors.ts';
export type { GraphRevision } from '../graph/graph-revision.ts';
export { assertOneHead, headsAmong, isActive } from '../graph/heads-and-bases.ts';
export { revisionGraph } from '../graph/revision-graph.ts';
export type { RevisionGraph } from '../graph/revision-graph.ts';
export { assertSquashes } from '../graph/squashes.ts';
export { isPluginName, isSlug } from '../graph/revision-id.ts';
export { resolveTarget } from '../plan/resolve-target.ts';
export { stampPlan } from '../plan/stamp-plan.ts';
