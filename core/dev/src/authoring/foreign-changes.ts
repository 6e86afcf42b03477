import { devError } from '../error/dev-codes.ts';
import { keyOf, tableOf, type Change } from '../difference/change.ts';
import { explainChange } from '../difference/explain-change.ts';
import { schemaHistory, type Ownership, type Plugin, type Revision } from '@headwater/kernel/internal';

/** A difference between a plugin's entities and its revisions that somebody else has to make good. */
export interface ForeignChange {
  readonly plugin: string;
  readonly package: string;
  readonly change: string;
}

/** Changes, and whose they are. */
export interface OwnedChanges {
  readonly plugin: Plugin;
  readonly changes: readonly Change[];
}

/** Tells whose a change is; `null` where neither entities nor revisions say. */
export type OwnerOfChange = (change: Change) => string | null;

/**
 * The owner of a change: whose entities ask for the thing now, or, of what no entity declares any more, whose revisions
 * made it.
 */
export async function ownerFinder(ownership: Ownership, revisions: readonly Revision[]): Promise<OwnerOfChange> {
  const owners = ownersIn(ownership);
  const makers = await makersOf(revisions);
  return (change) => {
    // A comment is of whoever declares what it is on.
    const key = keyOf(change).replace(/^comment /, '');
    return owners.get(key) ?? makers.get(key) ?? null;
  };
}

/** The changes by their owner, in the order of `plugins`; what nobody claims is of the table's owner. */
export function byOwner(
  changes: readonly Change[],
  plugins: readonly Plugin[],
  ownership: Ownership,
  ownerOf: OwnerOfChange,
): readonly OwnedChanges[] {
  const owners = ownersIn(ownership);
  const groups = Map.groupBy(changes, (change) => {
    const table = tableOf(change);
    return ownerOf(change) ?? owners.get(`table ${table}`) ?? plugins[0]?.name ?? '';
  });
  return plugins.flatMap((plugin) => {
    const own = groups.get(plugin.name);
    return own === undefined ? [] : [{ plugin, changes: own }];
  });
}

/** The owner of each thing that entities declare, by the key that a change of it has. */
function ownersIn({ objects }: Ownership): ReadonlyMap<string, string> {
  return new Map(
    objects.flatMap(({ kind, table, name, owner }): readonly (readonly [string, string])[] => {
      if (kind === 'table' || kind === 'pivot') return [[`table ${name}`, owner]];
      if (kind === 'view' || kind === 'enum') return [[`${kind === 'enum' ? 'type' : kind} ${name}`, owner]];
      if (kind === 'column' || kind === 'index' || kind === 'trigger') return [[`${kind} ${table}.${name}`, owner]];
      return kind === 'entity' || kind === 'sequence' ? [] : [[`constraint ${table}.${name}`, owner]];
    }),
  );
}

/**
 * What the plugins that one requires lack in revisions. In this workspace it has to be created first; an installed
 * package is its author's, and what it lacks is left out of whatever is created here. Throws CHANGES_UNRECORDED.
 */
export function foreignChanges(plugin: string, owned: readonly OwnedChanges[]): readonly ForeignChange[] {
  const own = owned.find(({ plugin: { from } }) => from === 'sources');
  if (own !== undefined) {
    const others = own.changes.map(explainChange);
    throw devError('CHANGES_UNRECORDED', { plugin, other: own.plugin.name, changes: others });
  }
  return owned.flatMap(({ plugin: { name, package: from }, changes }) =>
    changes.map((change) => ({ plugin: name, package: from, change: explainChange(change) })),
  );
}

/** The plugin whose revisions made a thing, by the key that a change of it has, as far as their SQL tells. */
async function makersOf(revisions: readonly Revision[]): Promise<ReadonlyMap<string, string>> {
  const { objects } = await schemaHistory(revisions);
  return new Map(
    Array.from(objects.values(), ({ kind, name, table, plugin }) => [
      `${kind} ${table === null ? '' : `${table}.`}${name}`,
      plugin,
    ]),
  );
}
