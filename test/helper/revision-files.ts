import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { revisionGraph } from '../../core/kernel/src/graph/revision-graph.ts';
import { upgradePlan } from '../../core/kernel/src/plan/upgrade-plan.ts';

/** A revision and the name of its file, without the extension. */
export interface RevisionFile {
  readonly file: string;
  readonly revision: DefinedRevision;
}

/** Imports all revisions of a folder, in order of file name. */
export async function readRevisionFiles(folder: string): Promise<readonly RevisionFile[]> {
  const names = readdirSync(folder).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const module: unknown = await import(pathToFileURL(join(folder, name)).href);
      return { file: basename(name, '.ts'), revision: revisionIn(module, name) };
    }),
  );
}

function revisionIn(module: unknown, name: string): DefinedRevision {
  const found = typeof module === 'object' && module !== null && 'default' in module ? module.default : null;
  const isRevision = typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'revision';
  if (!isRevision) throw new Error(`${name} has no revision as its default export`);
  // Only defineRevision sets this `kind`.
  return found as DefinedRevision;
}

/** Returns the revisions that bring an empty database to `targets`, in the order in which the kernel applies them. */
export function revisionsUpTo(
  revisions: readonly DefinedRevision[],
  targets: string | readonly string[],
): readonly DefinedRevision[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const { steps } = upgradePlan(revisionGraph(revisions), [], targets);
  return steps.flatMap(({ id }) => byId.get(id) ?? []);
}
