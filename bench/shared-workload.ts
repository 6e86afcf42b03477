import { readFileSync } from 'node:fs';
import type { Workload, WorkloadRevision } from './workload.ts';

/** A revision in the JSON that the peers' harness passes to its drivers, without the unused fields. */
interface SharedRevision {
  readonly id: string;
  readonly unit: string;
  readonly n: number;
  readonly parent: string | null;
  readonly depends_on: readonly string[];
  readonly sql: readonly string[];
}

interface SharedWorkload {
  readonly name: string;
  readonly units: readonly string[];
  readonly revisions: readonly SharedRevision[];
  readonly extra: SharedRevision;
}

/** Reads a workload of the peers' harness. The SQL is not changed; `p001_r002` becomes `p001@r002`. */
export function readSharedWorkload(file: string): Workload {
  // The harness documents this format.
  const shared = JSON.parse(readFileSync(file, 'utf8')) as SharedWorkload;
  const ids = new Map([...shared.revisions, shared.extra].map(({ id, unit, n }) => [id, `${unit}@${slugOf(n)}`]));
  const idOf = (id: string): string => {
    const known = ids.get(id);
    if (known === undefined) throw new Error(`${file}: a revision names the unknown revision ${id}`);
    return known;
  };
  const revisionOf = (revision: SharedRevision): WorkloadRevision => ({
    id: idOf(revision.id),
    unit: revision.unit,
    slug: slugOf(revision.n),
    revises: revision.parent === null ? null : idOf(revision.parent),
    dependsOn: revision.depends_on.map(idOf),
    statements: revision.sql,
  });
  return {
    name: shared.name,
    units: shared.units,
    revisions: shared.revisions.map(revisionOf),
    extra: revisionOf(shared.extra),
  };
}

function slugOf(n: number): string {
  return `r${String(n).padStart(3, '0')}`;
}
