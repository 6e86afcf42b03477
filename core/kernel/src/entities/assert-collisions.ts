import { ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import { claim, who } from './entity-source.ts';
import { enumUses } from './native-enums.ts';
import { ownerOf, ownerOfProperty, rootPropertyOf, type KnownPlan } from './owners.ts';
import type { Ownership } from './ownership.ts';
import { tableClaims, tableOf } from './tables.ts';

/** Refuses a table, column or enum that is declared twice. Throws ENTITY_COLLISION and COLUMN_COLLISION. */
export function assertNoCollisions(plan: KnownPlan): void {
  const tables = Map.groupBy(tableClaims(plan), ({ table }) => table);
  for (const [name, found] of tables) {
    if (found.length < 2) continue;
    const claims = found.map(({ source, meta, property }) => claim(nameOf(meta, property), source));
    throw kernelError('ENTITY_COLLISION', { what: 'table', name, claims });
  }
  for (const meta of plan.metadata.values()) {
    if (ownerOf(meta, plan) !== null) assertColumnsDiffer(meta, plan);
  }
  for (const [name, uses] of Map.groupBy(enumUses(plan), (use) => use.name)) {
    const other = uses.find(({ items }) => items.join() !== uses[0]?.items.join());
    const [first] = uses;
    if (first === undefined || other === undefined) continue;
    const claims = [first, other].map(({ property, source }) => claim(property, source));
    throw kernelError('ENTITY_COLLISION', { what: 'enum', name, claims });
  }
}

function nameOf(meta: EntityMetadata, property: string | null): string {
  return property === null ? meta.className : `${meta.className}.${property}`;
}

/** Over inherited properties too: MikroORM reads a subtype's row and its root's into one object. */
function assertColumnsDiffer(meta: EntityMetadata, plan: KnownPlan): void {
  const columns = Map.groupBy(
    Object.values(meta.properties).filter(hasColumn),
    ({ fieldNames }) => fieldNames[0] ?? '',
  );
  for (const [column, properties] of columns) {
    if (properties.length < 2) continue;
    const claims = properties.flatMap(({ name }) => {
      const source = ownerOfProperty(meta, name, plan);
      return source === null ? [] : [claim(nameOf(meta, rootPropertyOf(meta, name)), source)];
    });
    throw kernelError('COLUMN_COLLISION', { what: 'column', name: `${tableOf(meta)}.${column}`, claims });
  }
}

/** Keys of several columns may share them with other properties. */
function hasColumn({ persist, inherited, fieldNames, kind, object }: EntityProperty): boolean {
  return (
    persist !== false &&
    inherited !== true &&
    fieldNames?.length === 1 &&
    (kind !== ReferenceKind.EMBEDDED || object === true)
  );
}

/** PostgreSQL's NAMEDATALEN, less the closing zero. */
const longest = 63;

/** Refuses names that PostgreSQL would cut. Throws IDENTIFIER_TOO_LONG. */
export function assertNamesFit({ objects }: Ownership, plan: KnownPlan): void {
  const named = objects.flatMap(({ kind, name, owner }) => {
    const source = plan.sources.find((other) => other.name === owner);
    return kind === 'entity' || source === undefined ? [] : [{ kind, name: name.split('.').at(-1) ?? name, source }];
  });
  // MikroORM cuts the names of checks by itself, so that they look well where they are not.
  const checks = [...plan.metadata.values()].flatMap((meta) => {
    const source = ownerOf(meta, plan);
    return source === null ? [] : meta.checks.map(({ name = '' }) => ({ kind: 'check', name, source }));
  });
  for (const { kind, name, source } of [...named, ...checks]) {
    const bytes = Buffer.byteLength(name);
    if (bytes > longest) throw kernelError('IDENTIFIER_TOO_LONG', { ...who(source), kind, name, bytes });
  }
}
