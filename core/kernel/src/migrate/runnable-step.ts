import type { Plan } from '../plan/plan.ts';
import type { RunnableStep } from '../run/batches.ts';
import type { RevisionSet } from './revision-set.ts';

/** Returns a step of a plan with everything that the runner needs. */
export function runnable({ id, direction, plugin }: Plan['steps'][number], code: RevisionSet): RunnableStep {
  const { package: name, version } = code.pluginSet.byName.get(plugin) ?? { package: plugin, version: '0.0.0' };
  const revision = code.revisions.get(id) ?? null;
  const effects = direction === 'up' ? (revision?.effects ?? null) : null;
  const keepsSession = direction === 'up' && revision?.keepsSession === true;
  return {
    id,
    direction,
    revision,
    proven: effects !== null,
    keepsSession,
    effects,
    package: name,
    packageVersion: version,
  };
}
