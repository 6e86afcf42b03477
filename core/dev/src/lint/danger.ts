import type { AlterTableCmd } from 'libpg-query';
import type { MadeObjects, SqlStatement } from '@headwater/kernel/internal';
import type { RebuiltType } from './rebuilt-type.ts';

/** What a statement can do to a database in use. */
export type RiskRule =
  | 'data-loss'
  | 'table-rewrite'
  | 'long-lock'
  | 'index-not-concurrent'
  | 'not-null-without-default'
  | 'narrower-type'
  | 'enum-value-in-transaction'
  | 'enum-value-removed'
  | 'rename';

/** Something that a statement may do to a database in use. */
export interface Danger {
  readonly rule: RiskRule;
  /** What it happens to: `core_object.likes_count`. */
  readonly object: string;
  /** A sentence: what happens, and to whom. */
  readonly message: string;
  /** The safer form, to copy; `null` where there is none. */
  readonly safer: string | null;
}

/** A statement on its way through a piece of SQL. */
export interface Step {
  readonly statement: SqlStatement;
  /** What is there before it. */
  readonly objects: MadeObjects;
  /** The statements after it. */
  readonly later: readonly SqlStatement[];
  /** Types that the SQL makes anew. */
  readonly rebuilt: readonly RebuiltType[];
  /** Whether it runs in a transaction. */
  readonly transaction: boolean;
}

/** One command of an `alter table` on a table from before. */
export interface AlterStep extends Step {
  readonly table: string;
  readonly command: AlterTableCmd;
}

/** A name as SQL writes it. */
export function quotedName(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [name];
  return parts.map((part) => (part.startsWith('"') ? part : `"${part}"`)).join('.');
}
