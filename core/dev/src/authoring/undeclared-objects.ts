import type { Catalog } from '@headwater/kernel/internal/catalog';
import { nearestName, type KernelError } from '@headwater/kernel/internal/errors';
import type { ObjectAddress } from '@headwater/kernel/internal/sql';
import { hasObject } from '../difference/setting-difference.ts';
import { devError } from '../error/dev-codes.ts';
import type { OwnerOf } from './change-owners.ts';
import { displayAddress, namesOf } from './declared-record.ts';

/**
 * Returns the objects that a catalog has and entities do not declare: those that revisions made by hand. The columns,
 * constraints, indexes and partitions of a table are only listed if entities declare the table.
 */
export function undeclaredObjects(expected: Catalog, declared: Catalog): readonly ObjectAddress[] {
  const isUndeclared = (object: ObjectAddress): boolean => !hasObject(declared, object);
  return [
    ...Array.from(expected.schemas.keys(), (name) => ({ kind: 'schema', table: null, name })),
    ...Array.from(expected.enums.keys(), (name) => ({ kind: 'type', table: null, name })),
    ...[...expected.tables.values()].flatMap((table) => {
      if (!declared.tables.has(table.name)) return [{ kind: 'table', table: null, name: table.name }];
      const partsOf = (kind: string, parts: ReadonlyMap<string, object>): ObjectAddress[] =>
        [...parts].flatMap(([name, part]) =>
          'inherited' in part && part.inherited === true ? [] : [{ kind, table: table.name, name }],
        );
      return [
        ...partsOf('column', table.columns),
        ...partsOf('constraint', table.constraints),
        ...partsOf('index', table.indexes),
        ...Array.from(table.partitions.keys(), (name) => ({ kind: 'partition', table: table.name, name })),
      ];
    }),
    ...Array.from(expected.definitions.values(), ({ kind, table, name }) => ({ kind, table, name })),
  ].filter(isUndeclared);
}

/**
 * Finds the objects that values of `--drop` name among those that no entity declares. Throws DROP_INVALID for a name
 * that is unknown or ambiguous, that entities declare, or that belongs to another plugin.
 */
export function readDrops(
  drops: readonly string[],
  plugin: string,
  {
    expected,
    declared,
    ownerOf,
  }: { readonly expected: Catalog; readonly declared: Catalog; readonly ownerOf: OwnerOf },
): readonly ObjectAddress[] {
  const undeclared = undeclaredObjects(expected, declared);
  const own = undeclared.filter((object) => ownerOf(object) === plugin);
  return drops.map((drop) => {
    const refuse = (problem: string): KernelError =>
      devError('DROP_INVALID', { drop, problem, droppable: own.map(displayAddress) });
    const found = named(own, drop);
    const [object] = found;
    if (object !== undefined && found.length === 1) return object;
    if (found.length > 1) throw refuse(`may mean ${found.map(displayAddress).join(' or ')}: add the kind`);
    const [foreign] = named(undeclared, drop);
    if (foreign !== undefined) {
      const owner = ownerOf(foreign);
      const by = owner === null ? 'which no revision of this plugin made' : `which belongs to "${owner}"`;
      throw refuse(`names ${displayAddress(foreign)}, ${by}`);
    }
    const [entity] = named(declaredAddresses(declared), drop);
    if (entity !== undefined) {
      throw refuse(`names ${displayAddress(entity)}, which an entity declares: remove it there, and it is dropped`);
    }
    const nearest = nearestName(drop, own.flatMap(namesOf));
    throw refuse(`names nothing that was made by hand${nearest === null ? '' : `; did you mean "${nearest}"?`}`);
  });
}

/** Returns the objects with a name. A name with its kind is exact. */
function named(objects: readonly ObjectAddress[], name: string): readonly ObjectAddress[] {
  const exact = objects.filter((object) => displayAddress(object) === name);
  return exact.length > 0 ? exact : objects.filter((object) => namesOf(object).includes(name));
}

function declaredAddresses({ tables, enums, definitions }: Catalog): readonly ObjectAddress[] {
  return [
    ...Array.from(enums.keys(), (name) => ({ kind: 'type', table: null, name })),
    ...[...tables.values()].flatMap(({ name: table, columns, constraints, indexes }) => [
      { kind: 'table', table: null, name: table },
      ...Array.from(columns.keys(), (name) => ({ kind: 'column', table, name })),
      ...Array.from(constraints.keys(), (name) => ({ kind: 'constraint', table, name })),
      ...Array.from(indexes.keys(), (name) => ({ kind: 'index', table, name })),
    ]),
    ...Array.from(definitions.values(), ({ kind, table, name }) => ({ kind, table, name })),
  ];
}
