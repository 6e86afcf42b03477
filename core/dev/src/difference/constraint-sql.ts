import type { CatalogConstraint, CatalogIndex, CatalogTable } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteIdentifiers, quoteName } from '@headwater/kernel/internal/sql';
import { expressionSql } from './expression-sql.ts';
import { lowerKeywords } from './lower-keywords.ts';

/** Returns the definition of a constraint for `add constraint <name>`. */
export function constraintSql({ kind, columns, definition, references }: CatalogConstraint): string {
  const keys = quoteIdentifiers(columns);
  if (kind === 'foreign key' && references !== null) {
    const rest = /\bREFERENCES .*?\((?:"(?:[^"]|"")*"|[^")])*\)(.*)$/.exec(definition)?.[1] ?? '';
    const target = `${quoteName(references.table)} (${quoteIdentifiers(references.columns)})`;
    return `foreign key (${keys}) references ${target}${lowerKeywords(rest)}`;
  }
  const plain = /^(PRIMARY KEY|UNIQUE) \((?:"(?:[^"]|"")*"|[^")])*\)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/.exec(
    definition,
  );
  if (plain !== null) return `${kind} (${keys})${lowerKeywords(plain[2] ?? '')}`;
  const check = /^CHECK \((.*)\)$/s.exec(definition)?.[1];
  return check === undefined ? lowerKeywords(definition) : `check (${expressionSql(check)})`;
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
