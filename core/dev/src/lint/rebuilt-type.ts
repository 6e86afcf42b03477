import { findObject, type MadeObjects, type SqlStatement } from '@headwater/kernel/internal';

/** A type that a piece of SQL replaces by another of the same name, as a value can be taken from an enum only so. */
export interface RebuiltType {
  readonly name: string;
  /** The names that the new one has on the way. */
  readonly current: ReadonlySet<string>;
  /** The names that the old one has on the way. */
  readonly former: ReadonlySet<string>;
  /** The values that are gone; `null` where not all are known. */
  readonly lost: readonly string[] | null;
  /** The statement that ends the old one. */
  readonly statement: SqlStatement;
}

/**
 * The types that are rebuilt: the old one is renamed or dropped, and a new one is made under its name or gets it.
 * `before` is what is there before the SQL.
 */
export function rebuiltTypes(statements: readonly SqlStatement[], before: MadeObjects): readonly RebuiltType[] {
  const values = new Map<string, readonly string[] | undefined>();
  const origins = new Map<string, string>();
  const ended = new Map<string, SqlStatement>();
  const formers = new Map<string, string>();
  for (const statement of statements) {
    for (const { kind, name } of statement.drops) if (kind === 'type' && !values.has(name)) ended.set(name, statement);
    for (const { from, to } of statement.renames) {
      if (from.kind !== 'type') continue;
      if (values.has(from.name)) {
        values.set(to.name, values.get(from.name));
        origins.set(to.name, origins.get(from.name) ?? from.name);
        values.delete(from.name);
      } else {
        ended.set(from.name, statement);
        formers.set(from.name, to.name);
      }
    }
    for (const made of statement.creates) if (made.kind === 'type') values.set(made.name, made.values);
  }
  return [...values].flatMap(([name, now]) => {
    const statement = ended.get(name);
    if (statement === undefined) return [];
    const old = findObject(before, { kind: 'type', name, table: null })?.values;
    const lost = old === undefined || now === undefined ? null : old.filter((value) => !now.includes(value));
    const current = new Set([name, origins.get(name) ?? name]);
    return [{ name, current, former: new Set([name, formers.get(name) ?? name]), lost, statement }];
  });
}
