import type { HostPlugin } from '@headwater/kernel';
import { defineRevision, sql } from '@headwater/kernel/plugin';
import type { Workload, WorkloadRevision } from '../../bench/workload.ts';

/** Returns the plugins of a workload for `open`. They need no packages, so nothing has to be built. */
export function workloadPlugins({ units, revisions }: Workload): Readonly<Record<string, HostPlugin>> {
  return Object.fromEntries(
    units.map((unit) => [unit, { revisions: revisions.filter((one) => one.unit === unit).map(revisionOf) }]),
  );
}

function revisionOf({ id, revises, dependsOn, statements }: WorkloadRevision): ReturnType<typeof defineRevision> {
  // The statements exist only as text.
  const up = { ...sql``, text: statements.map((statement) => `${statement};`).join('\n') };
  return defineRevision({ id, revises, dependsOn: [...dependsOn], up });
}
