import { settingKey, type ObjectAddress } from '../sql/object-key.ts';
import { namePart, nameText } from '../sql/qualified-name.ts';
import type { CatalogDefinition, CatalogPartition, CatalogSetting, CatalogTable } from './catalog.ts';
import { stableExpression } from './stable-expression.ts';

/** A row of the query for settings. */
export interface SettingRow extends Omit<CatalogSetting, 'of'> {
  /** `relation` for a table, a partition or a view; otherwise the kind of the object. */
  readonly kind: string;
  readonly schema: string | null;
  /** For a part of a relation: the relation. */
  readonly object: string;
  /** The name of the part; for a function, its argument types. */
  readonly part: string | null;
}

/** Returns the addresses of all relations, by name. Relations of all kinds share one namespace. */
export function relationAddresses(
  tables: readonly Pick<CatalogTable, 'name'>[],
  partitions: readonly (Pick<CatalogPartition, 'name'> & { readonly table: string })[],
  definitions: readonly CatalogDefinition[],
): ReadonlyMap<string, ObjectAddress> {
  const kinds: ReadonlySet<string> = new Set(['view', 'materialized view', 'foreign table', 'sequence', 'type']);
  return new Map([
    ...definitions
      .filter(({ kind }) => kinds.has(kind))
      .map((one): [string, ObjectAddress] => [one.name, addressOf(one)]),
    ...partitions.map(({ table, name }): [string, ObjectAddress] => [name, { kind: 'partition', table, name }]),
    ...tables.map(({ name }): [string, ObjectAddress] => [name, { kind: 'table', table: null, name }]),
  ]);
}

function addressOf({ kind, table, name }: ObjectAddress): ObjectAddress {
  return { kind, table, name };
}

/** Returns the settings in rows, by their key. */
export function settingsOf(
  rows: readonly SettingRow[],
  relations: ReadonlyMap<string, ObjectAddress>,
): ReadonlyMap<string, CatalogSetting> {
  return new Map(
    rows.map((row) => {
      const setting = settingOf(row, relations);
      return [settingKey(setting), setting];
    }),
  );
}

/** The parts of a relation that have an address even if the relation is not a table. */
const independentParts: ReadonlySet<string> = new Set(['trigger', 'policy', 'rule']);

/** A part of a partition or a view, like an index, has no address. Its settings belong to the relation. */
function settingOf(
  { kind, schema, object, part, name, set, reset }: SettingRow,
  relations: ReadonlyMap<string, ObjectAddress>,
): CatalogSetting {
  const texts = { set: stableExpression(set), reset: stableExpression(reset) };
  const qualified =
    schema === null ? (kind === 'schema' ? object : namePart(object)) : nameText({ schema, name: object });
  const relation = relations.get(qualified);
  if (kind === 'relation' && relation !== undefined) return Object.freeze({ of: relation, name, ...texts });
  if (part === null) return Object.freeze({ of: { kind, table: null, name: qualified }, name, ...texts });
  if (kind === 'function' || kind === 'aggregate')
    return Object.freeze({ of: { kind, table: null, name: `${qualified}(${part})` }, name, ...texts });
  if (relation === undefined || relation.kind === 'table' || independentParts.has(kind))
    return Object.freeze({ of: { kind, table: qualified, name: part }, name, ...texts });
  return Object.freeze({ of: relation, name: `${name} of ${kind} ${part}`, ...texts });
}
