import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { isSql } from '../../core/kernel/src/contract/sql.ts';
import { revisionGraph } from '../../core/kernel/src/graph/revision-graph.ts';
import { upgradePlan } from '../../core/kernel/src/plan/upgrade-plan.ts';
import { dumpSchema } from './schema-dump.ts';

/** A revision and the name of its file, without `.ts`. */
export interface RevisionFile {
  readonly file: string;
  readonly revision: DefinedRevision;
}

/** Imports every revision in a folder, in order of file name. */
export async function readRevisionFiles(folder: string): Promise<readonly RevisionFile[]> {
  const names = readdirSync(folder).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const module: unknown = await import(pathToFileURL(join(folder, name)).href);
      return { file: basename(name, '.ts'), revision: revisionOf(module, name) };
    }),
  );
}

function revisionOf(module: unknown, name: string): DefinedRevision {
  const found = typeof module === 'object' && module !== null && 'default' in module ? module.default : null;
  const isRevision = typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'revision';
  if (!isRevision) throw new Error(`${name} exports no revision by default`);
  // `kind` is what defineRevision writes, and nothing else does.
  return found as DefinedRevision;
}

/** What has to run on an empty database to get to `targets`, in the kernel's own order. */
export function revisionsFor(
  revisions: readonly DefinedRevision[],
  targets: string | readonly string[],
): readonly DefinedRevision[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const { steps } = upgradePlan(revisionGraph(revisions), [], targets);
  return steps.flatMap(({ id }) => byId.get(id) ?? []);
}

/** An empty database in memory, without a ledger. */
export async function openReplay(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: await dataDir() });
}

/** Makes the database empty again. */
export async function emptyReplay(database: PGlite): Promise<void> {
  await database.exec('drop schema public cascade; create schema public;');
}

/** Runs the `up` of each, in the order given. */
export async function replayUp(database: PGlite, revisions: readonly DefinedRevision[]): Promise<void> {
  for (const revision of revisions) await database.exec(textOf(revision, 'up'));
}

/** Runs the `down` of each, in reverse of the order given. */
export async function replayDown(database: PGlite, revisions: readonly DefinedRevision[]): Promise<void> {
  for (const revision of revisions.toReversed()) await database.exec(textOf(revision, 'down'));
}

function textOf(revision: DefinedRevision, direction: 'up' | 'down'): string {
  const body = revision[direction];
  if (!isSql(body)) throw new Error(`${revision.id} has no SQL for ${direction}`);
  return body.text;
}

/** What is in the database, by name. */
export async function catalogIn(database: PGlite): Promise<readonly string[]> {
  return dumpSchema(async (text) => (await database.query<Record<string, unknown>>(text)).rows);
}
