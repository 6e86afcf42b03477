import type { RevisionGraph } from '../graph/revision-graph.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunnableStep } from '../run/batches.ts';
import type { RevisionSet } from './revision-set.ts';

/** Returns a step of a plan with everything that the runner needs. `graph` is the one that the plan was made from. */
export function runnable(
  { id, direction, plugin }: Plan['steps'][number],
  code: Pick<RevisionSet, 'pluginSet' | 'revisions'>,
  graph: RevisionGraph,
): RunnableStep {
  const { package: name, version } = code.pluginSet.byName.get(plugin) ?? { package: plugin, version: '0.0.0' };
  const revision = code.revisions.get(id) ?? null;
  const effects = direction === 'up' ? (revision?.effects ?? null) : null;
  const keepsSession = direction === 'up' && revision?.keepsSession === true;
  return {
    id,
    direction,
    revision,
    needs: graph.byId.get(id)?.needs ?? [...(revision?.revises ?? []), ...(revision?.dependsOn ?? [])],
    proven: effects !== null,
    keepsSession,
    effects,
    package: name,
    packageVersion: version,
  };
}
