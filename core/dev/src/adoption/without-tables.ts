import type { Catalog } from '@headwater/kernel/internal/catalog';
import { parseName } from '@headwater/kernel/internal/sql';

/** Returns a catalog without some tables, and without the schemas that contain nothing else. */
export function withoutTables(catalog: Catalog, names: ReadonlySet<string>): Catalog {
  const tables = new Map([...catalog.tables].filter(([name]) => !names.has(name)));
  const isKept = (table: string | null): boolean => table === null || !names.has(table);
  const definitions = new Map([...catalog.definitions].filter(([, { table }]) => isKept(table)));
  const settings = new Map(
    [...catalog.settings].filter(([, { of }]) => isKept(of.kind === 'table' ? of.name : of.table)),
  );
  const left = [...tables.keys(), ...catalog.enums.keys(), ...Array.from(definitions.values(), ({ name }) => name)];
  const inUse = new Set(left.map(schemaOf));
  const emptied = new Set([...catalog.tables.keys()].filter((name) => names.has(name)).map(schemaOf));
  const schemas = new Map([...catalog.schemas].filter(([name]) => inUse.has(name) || !emptied.has(name)));
  return { ...catalog, schemas, tables, definitions, settings };
}

function schemaOf(name: string): string {
  return parseName(name).schema;
}
