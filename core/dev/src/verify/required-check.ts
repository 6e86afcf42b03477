import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { Change } from '../difference/change.ts';
import type { Finding } from '../lint/finding.ts';
import { verifyFinding, type VerifyRule } from './verify-finding.ts';

/** Checks the revisions of one plugin, one after another, for columns that break the inserts of other plugins. */
export interface RequiredCheck {
  /** Records the tables that a revision created. Returns the columns that it may not add as they are. */
  readonly check: (
    revision: Pick<Revision, 'id' | 'file'>,
    changes: readonly Change[],
  ) => readonly Finding<VerifyRule>[];
}

/**
 * Opens a check of the columns that a plugin adds to other plugins' tables. Inserts that omit them must still work,
 * because these plugins do not know the columns, and the plugin may be deactivated.
 */
export function openRequiredCheck(plugin: string): RequiredCheck {
  const own = new Set<string>();
  return {
    check({ id, file }, changes) {
      for (const change of changes) if (change.kind === 'create table') own.add(change.table.name);
      return changes.flatMap((change) => {
        if (change.kind !== 'add column' || own.has(change.on) || !isRequired(change.column)) return [];
        const message =
          `${change.on}.${change.column.name} is \`not null\` without a default on another plugin's table, so inserts there ` +
          'fail while this plugin is not active.';
        return [verifyFinding({ rule: 'required', plugin, revision: id, file, message })];
      });
    },
  };
}

/** Whether an insert that omits the column fails. */
function isRequired({ notNull, default: standard, serial, identity, generated }: CatalogColumn): boolean {
  return notNull && standard === null && serial === null && identity === null && generated === null;
}
