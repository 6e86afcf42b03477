/** A piece of SQL: text with placeholders like `$1`, and their values. Created by {@link sql}, never by hand. */
export interface Sql {
  /** Distinguishes SQL from other values. */
  readonly kind: 'sql';
  /** The text, with `$1`, `$2` and so on for the values. */
  readonly text: string;
  /** The values of the placeholders, in order. */
  readonly values: readonly unknown[];
}

/** Whether `value` has the shape of {@link Sql}. SQL created by another copy of this package has it too. */
export function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'sql' && 'text' in value;
}

/**
 * Tags a piece of SQL. The text is used as written (`\d` stays `\d`); only a backtick and `${` need a backslash. An
 * interpolated `sql` piece is inserted as SQL. Every other interpolated value becomes a bound parameter. Only queries
 * may have parameters: the `up`, `down` and `check` of a revision are plain text and are rejected with
 * REVISION_FIELD_INVALID if they have any.
 *
 * @example
 * up: sql`create table "likes_like" ("user_id" int not null references "core_user");`
 *
 * @example
 * const active = sql`deleted_at is null`;
 * await query(sql`select id from core_object where author_id = ${author} and ${active}`);
 */
export function sql(strings: TemplateStringsArray, ...inserted: readonly unknown[]): Sql {
  const values: unknown[] = [];
  let text = '';
  strings.raw.forEach((piece, i) => {
    text += piece.replaceAll('\\`', '`').replaceAll('\\${', '${');
    if (i >= inserted.length) return;
    const value = inserted[i];
    if (isSql(value)) {
      text += value.text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + values.length}`);
      values.push(...value.values);
    } else {
      values.push(value);
      text += `$${values.length}`;
    }
  });
  return Object.freeze({ kind: 'sql', text, values: Object.freeze(values) });
}
