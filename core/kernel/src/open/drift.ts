import { readDrift, type Drift } from '../migrate/drift-check.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** Compares the objects of a project's database with those that its ledger records. Needs no plugin. */
export function readProjectDrift(project: Project, { signal }: ReadOptions = {}): Promise<Drift> {
  return readDatabase(project, { operation: 'drift', signal }, (session) => readDrift(session));
}
