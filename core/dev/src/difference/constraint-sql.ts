import type { CatalogConstraint, CatalogIndex, CatalogTable } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteIdentifiers, quoteName } from '@headwater/kernel/internal/sql';
import { expressionSql } from './expression-sql.ts';
import { lowerKeywords } from './lower-keywords.ts';

/** Returns the definition of a constraint for `add constraint <name>`. */
export function constraintSql({ kind, columns, definition, references }: CatalogConstraint): string {
  const keys = quoteIdentifiers(columns);
  if (kind === 'foreign key' && references !== null) {
    const listOf = hasPeriod(definition) ? withPeriod : quoteIdentifiers;
    const rest = /\bREFERENCES .*?\((?:"(?:[^"]|"")*"|[^")])*\)(.*)$/.exec(definition)?.[1] ?? '';
    const target = `${quoteName(references.table)} (${listOf(references.columns)})`;
    return `foreign key (${listOf(columns)}) references ${target}${lowerKeywords(rest)}`;
  }
  const plain = /^(PRIMARY KEY|UNIQUE) \((?:"(?:[^"]|"")*"|[^")])*\)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/.exec(
    definition,
  );
  if (plain !== null) return `${kind} (${keys})${lowerKeywords(plain[2] ?? '')}`;
  const check = /^CHECK \((.*)\)$/s.exec(definition)?.[1];
  return check === undefined ? lowerKeywords(definition) : `check (${expressionSql(check)})`;
}

/** Whether the last columns of a foreign key are periods of time. */
function hasPeriod(definition: string): boolean {
  return definition.replace(/"(?:[^"]|"")*"/g, '""').includes(', PERIOD ');
}

function withPeriod(columns: readonly string[]): string {
  return `${quoteIdentifiers(columns.slice(0, -1))}, period ${quoteIdentifier(columns.at(-1) ?? '')}`;
}

/** Returns the statement that creates an index. */
export function indexSql(table: string, { name, unique, columns, definition, plain }: CatalogIndex): string {
  const keys = plain ? `(${quoteIdentifiers(columns)})` : lowerKeywords(definition).replace(/^btree /, '');
  const using = plain || definition.startsWith('btree ') ? '' : 'using ';
  return `create ${unique ? 'unique ' : ''}index ${quoteIdentifier(name)} on ${quoteName(table)} ${using}${keys};`;
}

/** Returns the primary key of a table; `null` if it has none. */
export function primaryKeyOf({ constraints }: CatalogTable): CatalogConstraint | null {
  return constraints.values().find(({ kind }) => kind === 'primary key') ?? null;
}
