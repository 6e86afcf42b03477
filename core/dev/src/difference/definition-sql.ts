import type { CatalogDefinition, DefinitionKind } from '@headwater/kernel/internal';
import { quoteName, quotePart } from './names.ts';

/** What comes first may be used by what comes later. */
const order: readonly DefinitionKind[] = [
  'extension',
  'sequence',
  'type',
  'domain',
  'function',
  'view',
  'materialized view',
  'trigger',
  'policy',
];

/** Definitions in an order in which each comes after those that it stands on; as given where that leaves a choice. */
export function inOrderOfUse(definitions: readonly CatalogDefinition[]): readonly CatalogDefinition[] {
  const left = new Set(definitions.toSorted((a, b) => rank(a) - rank(b)));
  const ordered: CatalogDefinition[] = [];
  while (left.size > 0) {
    const names = new Set(Array.from(left, ({ name, table }) => (table === null ? name : '')));
    const ready = left.values().find(({ name, over }) => over.every((one) => one === name || !names.has(one)));
    const next = ready ?? left.values().next().value;
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

function rank({ kind }: CatalogDefinition): number {
  // The two kinds of views may be over each other.
  return order.indexOf(kind === 'materialized view' ? 'view' : kind);
}

/** The statement that makes it. */
export function defineSql({ definition }: CatalogDefinition): string {
  return `${definition.trimEnd().replace(/;$/, '')};`;
}

/** The statement that drops it. */
export function undefineSql({ kind, name, table }: CatalogDefinition): string {
  if (table !== null) return `drop ${kind} ${quotePart(name)} on ${quoteName(table)};`;
  // A function's name holds its argument types.
  const at = name.indexOf('(');
  return kind === 'function' && at >= 0
    ? `drop function ${quoteName(name.slice(0, at))}${name.slice(at)};`
    : `drop ${kind} ${quoteName(name)};`;
}
