import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { objectKey } from '@headwater/kernel/internal/sql';
import { changedObjectKey, changedTable, changeKey, columnKey, type Change } from '../difference/change.ts';
import { explainChange } from '../difference/explain-change.ts';
import type { Finding } from '../lint/finding.ts';
import { verifyFinding, type VerifyRule } from './verify-finding.ts';

/** Checks the revisions of one plugin, one after another, for changes of objects that the plugin does not own. */
export interface OwnershipCheck {
  /** Records the changes that a revision made. Returns the changes that it may not make. */
  readonly check: (
    revision: Pick<Revision, 'id' | 'file'>,
    changes: readonly Change[],
  ) => readonly Finding<VerifyRule>[];
  /** Whether the plugin may change rows of a table. It may if it owns the table or one of its columns. */
  readonly mayWrite: (table: string) => boolean;
}

/**
 * Checks revisions by the changes that they make to the catalog, so that code, functions and DO blocks count too. A
 * plugin may add columns to other plugins' tables if inserts that omit them still work, and constraints and indexes
 * over its own columns there. Only the owner of a table may change anything else on it.
 */
export function openOwnershipCheck(plugin: string): OwnershipCheck {
  /** The keys of the objects that the plugin's revisions created. */
  const own = new Set<string>();
  const isOwnTable = (table: string | null): boolean =>
    table !== null && own.has(objectKey({ kind: 'table', table: null, name: table }));
  const coversOwnColumn = (table: string | null, columns: readonly string[]): boolean =>
    columns.some((column) => own.has(columnKey(table ?? '', column)));
  const problemOf = (change: Change): Problem | null => {
    const table = changedTable(change);
    if (isOwnTable(table) || own.has(changedObjectKey(change))) return null;
    if (change.kind === 'add column') return isRequired(change.column) ? requiredColumn(change) : null;
    if (change.kind === 'add constraint' && coversOwnColumn(table, change.constraint.columns)) return null;
    if (change.kind === 'add index' && coversOwnColumn(table, change.index.covers)) return null;
    // Views and functions stand alone; triggers and policies are on a table.
    if (change.kind === 'define' && table === null) return null;
    if (change.kind.startsWith('create ')) return null;
    return {
      rule: 'ownership',
      message: `it changes an object that "${plugin}" does not own: ${explainChange(change)}.`,
    };
  };
  return {
    check({ id, file }, changes) {
      const findings: Finding<VerifyRule>[] = [];
      // Tables first, then columns, then the constraints and indexes over them.
      for (const change of changes.toSorted((a, b) => creationRank(a) - creationRank(b))) {
        const problem = problemOf(change);
        if (problem !== null) findings.push(verifyFinding({ plugin, revision: id, file, ...problem }));
        else if (/^(?:create|add|define)/.test(change.kind)) own.add(changeKey(change));
      }
      return findings;
    },
    mayWrite: (table) => isOwnTable(table) || own.values().some((key) => key.startsWith(columnKey(table, ''))),
  };
}

type Problem = Pick<Finding<VerifyRule>, 'rule' | 'message'>;

function creationRank({ kind }: Change): number {
  return kind.startsWith('create ') ? 0 : kind === 'add column' ? 1 : 2;
}

/** Whether an insert that omits the column fails. */
function isRequired({ notNull, default: standard, serial, identity, generated }: CatalogColumn): boolean {
  return notNull && standard === null && serial === null && identity === null && generated === null;
}

function requiredColumn({ on, column: { name } }: Extract<Change, { column: CatalogColumn }>): Problem {
  const message =
    `${on}.${name} is \`not null\` without a default on another plugin's table, so inserts there fail while this plugin ` +
    'is not active.';
  return { rule: 'required', message };
}
