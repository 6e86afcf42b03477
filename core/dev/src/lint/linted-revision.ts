import type { RevisionGraph } from '@headwater/kernel/internal/graph';
import type { SchemaHistory } from '@headwater/kernel/internal/ownership';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { SqlStatement } from '@headwater/kernel/internal/sql';
import type { SqlPlace } from './finding.ts';
import type { ObjectOrigins } from './object-origins.ts';

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
}

/** Returns the place of a statement in the revision. */
export function placeOf({ sql }: Pick<LintedRevision, 'sql'>, { text, line }: SqlStatement): SqlPlace {
  return { sql, statement: text, line };
}
