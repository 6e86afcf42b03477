import { readLedger } from '../ledger/ledger.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** An object of the database that a revision created, from the ledger. */
export interface SchemaObject {
  /** `table`, `column`, `index`, `constraint`, `view`, `function` and so on. */
  readonly kind: string;
  readonly name: string;
  /** The table that contains it; `null` if none does. */
  readonly table: string | null;
  /** The plugin that owns it. It may be dormant. */
  readonly plugin: string;
  /** The revision that created it. */
  readonly createdBy: string;
  /** The revision that created or last changed it. */
  readonly changedBy: string;
}

/** Reads the objects that the applied revisions have created, in the order of their creation. */
export async function readObjects(project: Project, { signal }: ReadOptions = {}): Promise<readonly SchemaObject[]> {
  return readDatabase(project, { operation: 'objects', signal }, async (session) => {
    const { format } = await readLedger(session);
    // An older ledger does not record them. The next start upgrades it.
    if (format < currentFormat) return [];
    const { openLedgerOwners } = await import('../ownership/ledger-owners.ts');
    const objects = await openLedgerOwners(session).read();
    return Array.from(objects.values(), ({ kind, name, table, plugin, createdBy, revision }) => {
      return { kind, name, table, plugin, createdBy, changedBy: revision };
    });
  });
}
