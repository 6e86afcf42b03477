import type { RevisionGraph } from '@headwater/kernel/internal/graph';
import type { SchemaHistory } from '@headwater/kernel/internal/ownership';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';
import type { SqlStatement } from '@headwater/kernel/internal/sql';
import type { SqlPlace } from './finding.ts';
import type { NetChanges } from './net-changes.ts';
import type { ObjectOrigins } from './object-origins.ts';

/** The fields of a plugin that rules use. */
export type LintedPlugin = Pick<Plugin, 'requires' | 'openTables'>;

/** The `up` of a revision with everything that a rule may know about other revisions. */
export interface LintedRevision {
  readonly revision: Pick<Revision, 'id' | 'plugin' | 'dependsOn'>;
  readonly sql: string;
  readonly statements: readonly SqlStatement[];
  /** The revisions that are always applied before it: its dependencies, direct and transitive. */
  readonly ancestors: ReadonlySet<string>;
  readonly graph: RevisionGraph;
  readonly origins: ObjectOrigins;
  /** The schema after all revisions. */
  readonly history: SchemaHistory;
  /** The difference that its SQL makes. */
  readonly net: NetChanges;
  /** By name. A plugin that is missing requires nothing and opens no table. */
  readonly plugins: ReadonlyMap<string, LintedPlugin>;
}

/** Returns the plugins that a plugin requires, directly or not. */
export function requirementsOf(
  { plugins }: Pick<LintedRevision, 'plugins'>,
  plugin: string,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  for (const { plugin: required, optional } of plugins.get(plugin)?.requires ?? []) {
    if (optional || found.has(required)) continue;
    found.add(required);
    requirementsOf({ plugins }, required, found);
  }
  return found;
}

/** Returns the place of a statement in the revision. */
export function placeOf({ sql }: Pick<LintedRevision, 'sql'>, { text, line }: SqlStatement): SqlPlace {
  return { sql, statement: text, line };
}
