import type { CatalogDefinition, DefinitionKind } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteName } from '@headwater/kernel/internal/sql';
import type { ChangeOf } from './change.ts';

/** The kinds of definitions in the order in which they are created. A definition may use earlier kinds. */
const order: readonly DefinitionKind[] = [
  'extension',
  'collation',
  'sequence',
  'type',
  'function',
  'aggregate',
  'foreign data wrapper',
  'server',
  'foreign table',
  'view',
  'statistics',
  'rule',
  'trigger',
  'policy',
  'publication',
  'event trigger',
];

/** Sorts definitions so that each comes after those that it uses. Otherwise keeps their order. */
export function inOrderOfUse(definitions: readonly CatalogDefinition[]): readonly CatalogDefinition[] {
  const left = new Set(definitions.toSorted((a, b) => rank(a) - rank(b)));
  const ordered: CatalogDefinition[] = [];
  while (left.size > 0) {
    const names = new Set([...left].flatMap(({ name, table }) => (table === null ? [name, `${name}.*`] : [])));
    const ready = left.values().find(({ name, uses }) => uses.every((one) => one === name || !names.has(one)));
    const next = ready ?? left.values().next().value;
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

function rank({ kind }: CatalogDefinition): number {
  // Views and materialized views may use each other, and so may types and domains.
  return order.indexOf(kind === 'materialized view' ? 'view' : kind === 'domain' ? 'type' : kind);
}

/** Returns the statement that creates a definition. */
export function defineSql({ definition }: CatalogDefinition): string {
  return `${definition.trimEnd().replace(/;$/, '')};`;
}

/** Whether a function becomes another in place, by `create or replace`, so that what uses it stays. */
export function isReplaced({ before, definition: after, isDropped }: ChangeOf<'redefine'>): boolean {
  if (isDropped === true) return false;
  return before.kind === 'function' && after.kind === 'function' && headOf(before) === headOf(after);
}

/** Returns the part of a function before its options and its body, which `create or replace` cannot change. */
function headOf({ definition }: CatalogDefinition): string {
  return definition.slice(0, definition.search(/^ LANGUAGE /m));
}

/**
 * Returns the statement that takes away the body of a function. PostgreSQL knows which columns the body uses if it is not
 * a text, and refuses to change or drop them; what uses the function itself stays. Empty for any other definition.
 */
export function emptyBodySql({ kind, definition }: CatalogDefinition): readonly string[] {
  const at = definition.search(/^(?:AS |BEGIN ATOMIC$|RETURN )/m);
  if (kind !== 'function' || at < 0 || definition.startsWith('AS ', at)) return [];
  const head = definition.slice(0, at).replace(/^ LANGUAGE sql$/m, ' LANGUAGE plpgsql');
  return [`${head}AS 'begin end';`];
}

/** Returns the statement that drops a definition. */
export function undefineSql({ kind, name, table, definition }: CatalogDefinition): string {
  if (table !== null) return `drop ${kind} ${quoteIdentifier(name)} on ${quoteName(table)};`;
  if (kind !== 'function' && kind !== 'aggregate') return `drop ${kind} ${quoteName(name)};`;
  // The name of a function includes its argument types.
  const at = name.indexOf('(');
  const type = /^create or replace procedure/i.test(definition) ? 'procedure' : kind;
  return `drop ${type} ${quoteName(name.slice(0, at))}${name.slice(at)};`;
}
