import { devError } from '../error/dev-codes.ts';
import { inferDependencies, hardRequirements, headsAmong, schemaHistory, type Plugin } from '@headwater/kernel/internal';
import type { Part } from './part.ts';
import type { DraftDependency } from './revision-source.ts';

/** What a new revision comes after. */
export interface Edges {
  /** The head of its branch; `null` for the first. */
  readonly revises: string | null;
  readonly dependsOn: readonly DraftDependency[];
}

/**
 * The edges of a new revision of `plugin` that runs `sql` when all of `closure` is there: the exact revisions that
 * created or last changed what it touches, or with `pinHeads` the heads of all that the plugin requires. Throws
 * DEPENDENCY_NOT_TOLD for something that only a revision of code or a `do` block can have made, and SQL_SYNTAX.
 */
export async function edgesOf(plugin: Plugin, sql: string, closure: Part, pinHeads: boolean): Promise<Edges> {
  const heads = (name: string): readonly string[] => headsAmong(closure.graph.branches.get(name) ?? []);
  const revises = heads(plugin.name)[0] ?? null;
  if (pinHeads) {
    const pinned = hardRequirements(plugin).flatMap(heads).toSorted();
    return { revises, dependsOn: pinned.map((revision) => ({ revision, why: 'its head' })) };
  }
  const { dependsOn, unknown } = await inferDependencies(plugin.name, sql, await schemaHistory(closure.revisions));
  const [first] = unknown;
  const makers = first?.revisions.filter((id) => !id.startsWith(`${plugin.name}@`)) ?? [];
  if (first !== undefined && makers.length > 0) {
    throw devError('DEPENDENCY_NOT_TOLD', { plugin: plugin.name, object: first.object, revisions: makers });
  }
  return {
    revises,
    dependsOn: dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') })),
  };
}

/**
 * Finds what SQL of `plugin` stands on among the revisions that are there: what earlier SQL of its own made, and nobody
 * else did, is none of them.
 */
export async function dependencyFinder(
  plugin: Plugin,
  { revisions }: Part,
): Promise<(sql: string) => Promise<readonly DraftDependency[]>> {
  const history = await schemaHistory(revisions);
  return async (sql) => {
    const { dependsOn } = await inferDependencies(plugin.name, sql, history);
    return dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') }));
  };
}
