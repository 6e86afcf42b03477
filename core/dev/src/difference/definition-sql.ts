import type { CatalogDefinition, DefinitionKind } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier, quoteName } from '@headwater/kernel/internal/sql';
import type { ChangeOf } from './change.ts';
import { alterDomainSql, createDomainSql, isSameDomainType } from './domain-sql.ts';

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
  const views = definitions.filter(({ kind }) => kind === 'view' || kind === 'materialized view');
  const named = new Map(definitions.map((one) => [one, views.filter((view) => isNamedInBody(one, view))]));
  const ordered: CatalogDefinition[] = [];
  while (left.size > 0) {
    const names = new Set([...left].flatMap(({ name, table }) => (table === null ? [name, `${name}.*`] : [])));
    const usesNone = ({ name, uses }: CatalogDefinition): boolean =>
      uses.every((one) => one === name || !names.has(one));
    const namesNone = (one: CatalogDefinition): boolean => named.get(one)?.every((view) => !left.has(view)) !== false;
    // A body may name a view that uses the function, in code that does not run.
    const ready = left.values().find((one) => usesNone(one) && namesNone(one)) ?? left.values().find(usesNone);
    const next = ready ?? left.values().next().value;
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

/** Whether the body of an SQL function names a view. PostgreSQL checks such a body, but knows nothing of its uses. */
function isNamedInBody({ kind, definition }: CatalogDefinition, view: CatalogDefinition): boolean {
  if (kind !== 'function' || !/^ LANGUAGE sql$/m.test(definition)) return false;
  const { name } = parseName(view.name);
  const body = definition.slice(definition.search(/^AS /m));
  return body.split(/[^\p{L}\p{N}_$]+/u).includes(name) || body.includes(quoteIdentifier(name));
}

function rank({ kind }: CatalogDefinition): number {
  // Views and materialized views may use each other, and so may types and domains.
  return order.indexOf(kind === 'materialized view' ? 'view' : kind === 'domain' ? 'type' : kind);
}

/** Returns the statements that create a definition. */
export function defineSql(created: CatalogDefinition): string {
  const { kind, definition } = created;
  if (kind === 'domain') return createDomainSql(created);
  return `${definition.trimEnd().replace(/;$/, '')};`;
}

/** Returns the statements that turn a definition into another, which has been dropped unless it is replaced in place. */
export function redefineSql(change: ChangeOf<'redefine'>): string {
  const { before, definition: after } = change;
  if (isReplaced(change) && after.kind === 'domain') return alterDomainSql(before, after).join('\n');
  return after.kind === 'sequence' ? alterSequenceSql(before, after) : defineSql(after);
}

/**
 * Returns the statement that changes the options of a sequence in place. A catalog does not contain the current value, so
 * the sequence restarts if its old start is out of the new bounds. Otherwise it continues.
 */
function alterSequenceSql(before: CatalogDefinition, after: CatalogDefinition): string {
  const option = ({ definition }: CatalogDefinition, name: string): bigint =>
    BigInt(new RegExp(` ${name} (-?\\d+)`).exec(definition)?.[1] ?? 0);
  const [low, high] = [option(after, 'minvalue'), option(after, 'maxvalue')];
  const start = option(before, 'start');
  const cycle = after.definition.endsWith(' cycle') ? '' : before.definition.endsWith(' cycle') ? ' no cycle' : '';
  const restart = start < low || start > high ? ' restart' : '';
  return `${after.definition.replace(/^create sequence/, 'alter sequence')}${cycle}${restart};`;
}

/** Whether a function, a domain or a sequence becomes another in place, so that what uses it stays. */
export function isReplaced({ before, definition: after, isDropped }: ChangeOf<'redefine'>): boolean {
  if (isDropped === true) return false;
  if (before.kind === 'sequence' && after.kind === 'sequence') return true;
  if (before.kind === 'domain' && after.kind === 'domain') return isSameDomainType(before, after);
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
