import type { Session } from '@headwater/kernel/internal/database';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { Change } from '../difference/change.ts';
import { isRequired } from '../difference/required-column.ts';
import type { Finding } from '../lint/finding.ts';
import { verifyFinding, type VerifyRule } from './verify-finding.ts';

/**
 * Finds the columns that a revision adds to other plugins' tables and that break inserts which omit them. These plugins
 * do not know the columns, and the plugin may be deactivated. `own` holds the tables of its plugin.
 */
export function requiredColumns(
  { id, plugin, file }: Pick<Revision, 'id' | 'plugin' | 'file'>,
  changes: readonly Change[],
  own: ReadonlySet<string>,
): readonly Finding<VerifyRule>[] {
  return changes.flatMap((change) => {
    if (change.kind !== 'add column' || own.has(change.on) || !isRequired(change.column)) return [];
    const message =
      `${change.on}.${change.column.name} is \`not null\` without a default on another plugin's table, so inserts there ` +
      'fail while this plugin is not active.';
    return [verifyFinding({ rule: 'required', plugin, revision: id, file, message })];
  });
}

/** Reads the tables that a plugin's revisions have created, or given a new name, from the ledger of a shadow. */
export async function readOwnTables({ query }: Pick<Session, 'query'>, plugin: string): Promise<ReadonlySet<string>> {
  const rows = await query<{ name: string }>(
    `select made ->> 1 as name from kernel.ledger, lateral (
        select jsonb_array_elements(objects -> 'created') union all select jsonb_array_elements(objects -> 'renamed') -> 1
      ) as all_made(made) where plugin = $1 and made ->> 0 = 'table'`,
    [plugin],
  );
  return new Set(rows.map(({ name }) => name));
}
