import type { CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier } from '@headwater/kernel/internal/sql';

/** The kinds of definitions that tables may use, and that use no tables. */
const basicKinds: ReadonlySet<string> = new Set(['extension', 'collation', 'sequence', 'type', 'domain']);

/** Whether tables may use definitions of the kind, so that it must be dropped after them. */
export function isUsableByTables({ kind }: CatalogDefinition): boolean {
  return kind === 'function' || basicKinds.has(kind);
}

/**
 * Returns those of the new definitions that must exist before the statements in `tables` run: the functions that they
 * call, all objects of kinds that tables may use, and the functions that any of these use. All other functions may use
 * the new tables.
 */
export function basisOfTables(
  definitions: readonly CatalogDefinition[],
  tables: readonly string[],
): ReadonlySet<CatalogDefinition> {
  const text = tables.join('\n');
  const basis = new Set(
    definitions.filter((one) => basicKinds.has(one.kind) || (one.kind === 'function' && isCalledIn(text, one))),
  );
  for (const { uses } of basis) {
    for (const one of definitions) if (one.kind === 'function' && uses.includes(one.name)) basis.add(one);
  }
  return basis;
}

/** PostgreSQL quotes a name only if it has to. */
function isCalledIn(sql: string, { name: signature }: CatalogDefinition): boolean {
  const { name } = parseName(signature.slice(0, signature.indexOf('(')));
  if (sql.includes(`${quoteIdentifier(name)}(`)) return true;
  for (let at = sql.indexOf(`${name}(`); at >= 0; at = sql.indexOf(`${name}(`, at + 1)) {
    if (!/[\w$"]/.test(sql.charAt(at - 1))) return true;
  }
  return false;
}
