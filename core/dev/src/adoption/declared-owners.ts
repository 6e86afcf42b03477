import type { EntityOwnership } from '@headwater/kernel/internal/entities';
import { objectKey } from '@headwater/kernel/internal/sql';
import type { FindOwner } from './split-statements.ts';

/** The kinds under which SQL names what entities declare. */
const kinds: Readonly<Record<string, string>> = {
  table: 'table',
  pivot: 'table',
  view: 'view',
  enum: 'type',
  column: 'column',
  sequence: 'sequence',
};

/**
 * Returns a function that finds the plugin whose entities declare an object. A part of a table that no entity declares
 * by itself belongs to the plugin that declares the table. Plugins other than the given ones are not considered.
 */
export function declaredOwners({ objects }: EntityOwnership, plugins: ReadonlySet<string>): FindOwner {
  const owners = new Map<string, string>();
  for (const { kind, name, table, entity, owner } of objects) {
    const as = kind === 'entity' ? 'table' : kinds[kind];
    if (as === undefined || !plugins.has(owner)) continue;
    // The name of an entity is that of its class.
    const named = kind === 'entity' && entity !== null ? table : name;
    if (named === null) continue;
    owners.set(objectKey({ kind: as, table: as === 'column' ? table : null, name: named }), owner);
  }
  return ({ kind, name, table }) =>
    owners.get(objectKey({ kind, table, name })) ??
    owners.get(objectKey({ kind: 'table', table: null, name: table ?? name })) ??
    null;
}
