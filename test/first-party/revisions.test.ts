import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { clearRawPglite, openRawPglite } from '../helper/raw-pglite.ts';
import { readRevisionFiles, revisionsUpTo } from '../helper/revision-files.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { firstPartyPlugins, revisionsOf, sqlOf } from './plugins.ts';

const coreRevisions = await revisionsOf(firstPartyPlugins.filter(({ name }) => name === 'core'));
const branches = await Promise.all(firstPartyPlugins.map(branchOf));

/** Rows of plugin zero's tables, naming only the columns for which plugin zero has no default. */
const coreRows = `
  insert into core_user (name) values ('ada'), ('grace');
  insert into core_object (author_id) values (1);
  insert into core_activity (actor_id, verb, object_id) values (1, 'post', 1);
`;

let database: PGlite;
beforeAll(async () => {
  database = await openRawPglite();
});
afterAll(() => database.close());
beforeEach(() => clearRawPglite(database));

async function runUp(revisions: readonly DefinedRevision[]): Promise<void> {
  for (const revision of revisions) await database.exec(sqlOf(revision));
}

async function runDown(revisions: readonly DefinedRevision[]): Promise<void> {
  for (const revision of revisions.toReversed()) await database.exec(sqlOf(revision, 'down'));
}

function schema(): Promise<readonly string[]> {
  return dumpSchema(async (text) => (await database.query<Record<string, unknown>>(text)).rows);
}

// `kernel migrate:verify` proves most of this with the kernel's own runner. These tests need neither the runner nor the
// kernel's catalog reader, so they also catch errors that both share.
describe.each(branches)('the revisions of $name', ({ name, files, own, all, edges }) => {
  it.each(files)('$revision.id has the name of its file', ({ file, revision }) => {
    expect(revision.id).toBe(`${name}@${file}`);
  });

  it.each(own)('$id runs with only its declared dependencies, and its down reverts it', async ({ id }) => {
    const steps = revisionsUpTo(all, id);
    const before = steps.slice(0, -1);
    const last = steps.slice(-1);
    await runUp(before);
    const initial = await schema();
    await runUp(last);
    const upgraded = await schema();
    await runDown(last);
    expect(await schema()).toEqual(initial);
    await runUp(last);
    expect(await schema()).toEqual(upgraded);
  });

  it.each(edges)('$id fails without $dependency', async ({ id, steps }) => {
    await runUp(steps.slice(0, -1));
    const revision = own.filter((one) => one.id === id);
    expect(revision, id).toHaveLength(1);
    await expect(runUp(revision)).rejects.toThrow('does not exist');
  });

  it('produce the same schema after a downgrade to nothing', async () => {
    const steps = revisionsUpTo(all, 'heads');
    await runUp(steps);
    const upgraded = await schema();
    await runDown(steps);
    expect(await schema()).toEqual([]);
    await runUp(steps);
    expect(await schema()).toEqual(upgraded);
  });

  it('accept rows of core that set no column of another plugin', async () => {
    await runUp(revisionsUpTo(all, 'heads'));
    await database.exec(coreRows);
    const { rows } = await database.query('select 1 from core_activity where object_id is not null');
    expect(rows).toHaveLength(1);
  });
});

/** The revisions of a plugin, with those of plugin zero. */
async function branchOf({ name, migrations }: (typeof firstPartyPlugins)[number]) {
  const files = await readRevisionFiles(migrations);
  const own = files.map(({ revision }) => revision);
  const all = name === 'core' ? own : [...coreRevisions, ...own];
  return { name, files, own, all, edges: necessaryEdges(all, own) };
}

interface NecessaryEdge {
  readonly id: string;
  readonly dependency: string;
  /** The revisions that run if the edge is missing, ending with `id`. */
  readonly steps: readonly DefinedRevision[];
}

/** Returns every `dependsOn` whose target the other edges of the revision do not reach. */
function necessaryEdges(all: readonly DefinedRevision[], own: readonly DefinedRevision[]): readonly NecessaryEdge[] {
  return own.flatMap((revision) =>
    (revision.dependsOn ?? []).flatMap((dependency) => {
      const dependsOn = (revision.dependsOn ?? []).filter((other) => other !== dependency);
      const without = all.map((other) => (other === revision ? { ...revision, dependsOn } : other));
      const steps = revisionsUpTo(without, revision.id);
      return steps.some(({ id }) => id === dependency) ? [] : [{ id: revision.id, dependency, steps }];
    }),
  );
}
