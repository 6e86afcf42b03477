import { keyOf, tableOf, type Change } from '../difference/change.ts';
import { explainChange } from '../difference/explain-change.ts';
import type { CatalogColumn } from '@headwater/kernel/internal';
import type { Finding } from './finding.ts';

/** What the revisions of one plugin made, as they run one after another. */
export interface OwnThings {
  /** Takes in what a revision did. Gives what of that it may not do. */
  readonly follow: (revision: string, changes: readonly Change[]) => readonly Finding[];
  /** Whether a plugin may change rows of a table: its own, and those on which it owns a column. */
  readonly mayWrite: (table: string) => boolean;
}

/**
 * Follows a plugin's revisions by what they do to the catalog, so that code, functions and `do` blocks count as well. A
 * plugin may add columns to tables of others, if inserts that do not know them still work, and keys and indexes there
 * over its own columns; everything else on a table is the table's owner's.
 */
export function openOwnThings(plugin: string): OwnThings {
  const own = new Set<string>();
  const isOwnTable = (table: string | null): boolean => table !== null && own.has(`table ${table}`);
  const problemOf = (change: Change): Pick<Finding, 'rule' | 'message'> | null => {
    const table = tableOf(change);
    if (isOwnTable(table) || own.has(keyOf(change).replace(/^comment /, ''))) return null;
    const foreign = { rule: 'ownership', message: `it does not own what it does: ${explainChange(change)}.` } as const;
    if (change.kind === 'add column') return isRequired(change.column) ? required(change) : null;
    if (change.kind === 'add constraint') return coversOwn(table, change.constraint.columns) ? null : foreign;
    if (change.kind === 'add index') return coversOwn(table, change.index.covers) ? null : foreign;
    // Views and functions stand by themselves; triggers and policies are on a table.
    if (change.kind === 'define') return table === null ? null : foreign;
    return change.kind.startsWith('create ') ? null : foreign;
  };
  const coversOwn = (table: string | null, columns: readonly string[]): boolean =>
    columns.some((column) => own.has(`column ${table}.${column}`));
  return {
    follow(revision, changes) {
      const findings: Finding[] = [];
      // Columns before the keys and indexes over them, and tables before all.
      for (const change of changes.toSorted((a, b) => rank(a) - rank(b))) {
        const problem = problemOf(change);
        if (problem !== null) findings.push({ plugin, revision, ...problem, differences: [] });
        else if (/^(?:create|add|define)/.test(change.kind)) own.add(keyOf(change));
      }
      return findings;
    },
    mayWrite: (table) => isOwnTable(table) || own.values().some((key) => key.startsWith(`column ${table}.`)),
  };
}

function rank({ kind }: Change): number {
  return kind.startsWith('create ') ? 0 : kind === 'add column' ? 1 : 2;
}

/** Whether an insert that does not name it fails. */
function isRequired({ notNull, default: standard, serial, identity, generated }: CatalogColumn): boolean {
  return notNull && standard === null && serial === null && identity === null && generated === null;
}

function required({
  on,
  column: { name },
}: Extract<Change, { column: CatalogColumn }>): Pick<Finding, 'rule' | 'message'> {
  const message = `${on}.${name} is \`not null\` without a default on another plugin's table, so inserts fail there once this plugin is off.`;
  return { rule: 'required', message };
}
