import type { CatalogConstraint, CatalogIndex, CatalogTable } from '@headwater/kernel/internal';
import { expressionSql } from './expression-sql.ts';
import { lowered, quoteName, quotePart, quoteParts } from './names.ts';

/** A constraint as `add constraint <name>` takes it. */
export function constraintSql({ kind, columns, definition, references }: CatalogConstraint): string {
  const keys = quoteParts(columns);
  if (kind === 'foreign key' && references !== null) {
    const rest = /\bREFERENCES .*?\((?:"(?:[^"]|"")*"|[^")])*\)(.*)$/.exec(definition)?.[1] ?? '';
    const target = `${quoteName(references.table)} (${quoteParts(references.columns)})`;
    return `foreign key (${keys}) references ${target}${lowered(rest)}`;
  }
  const plain = /^(PRIMARY KEY|UNIQUE) \((?:"(?:[^"]|"")*"|[^")])*\)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/.exec(
    definition,
  );
  if (plain !== null) return `${kind} (${keys})${lowered(plain[2] ?? '')}`;
  const check = /^CHECK \((.*)\)$/s.exec(definition)?.[1];
  return check === undefined ? lowered(definition) : `check (${expressionSql(check)})`;
}

/** The statement that makes an index. */
export function indexSql(table: string, { name, unique, columns, definition, plain }: CatalogIndex): string {
  const what = plain ? `(${quoteParts(columns)})` : lowered(definition).replace(/^btree /, '');
  const using = plain || definition.startsWith('btree ') ? '' : 'using ';
  return `create ${unique ? 'unique ' : ''}index ${quotePart(name)} on ${quoteName(table)} ${using}${what};`;
}

/** The primary key of a table; `null` where it has none. */
export function primaryKeyOf({ constraints }: CatalogTable): CatalogConstraint | null {
  return constraints.values().find(({ kind }) => kind === 'primary key') ?? null;
}
