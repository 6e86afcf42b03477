/** A piece of SQL: text with `$1`-style places, and the values that go there. Made by {@link sql}, never by hand. */
export interface Sql {
  readonly kind: 'sql';
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Whether `value` is what {@link sql} makes (by shape, so that a second copy of this package does not matter). */
export function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'sql' && 'text' in value;
}

/**
 * Tags a piece of SQL. The text is taken as written (`\d` stays `\d`); only a backtick and `${` need a backslash.
 * Another `sql` piece in `${…}` is joined in; any other value becomes a bound parameter, which only the queries of a
 * code revision and of services may have: the `up` and `down` of a SQL revision are plain text.
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
