import { findObject, type TrackedObjects, type SqlStatement } from '@headwater/kernel/internal/sql';

/**
 * A type that SQL replaces with another type of the same name. This is the only way to remove a value from an enum.
 */
export interface RebuiltType {
  readonly name: string;
  /** All names that the new type has while the SQL runs. */
  readonly current: ReadonlySet<string>;
  /** All names that the old type has while the SQL runs. */
  readonly former: ReadonlySet<string>;
  /** The values that the new type lacks; `null` if not all values are known. */
  readonly lost: readonly string[] | null;
  /** The statement that drops or renames the old type. */
  readonly statement: SqlStatement;
}

/**
 * Finds the types that the SQL rebuilds: it drops or renames the old type, and creates a new type under the same name
 * or renames one to it. `before` holds the objects that exist before the SQL runs.
 */
export function rebuiltTypes(statements: readonly SqlStatement[], before: TrackedObjects): readonly RebuiltType[] {
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
