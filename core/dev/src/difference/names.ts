/** A name in SQL, always quoted: `"core_object"`, and with its schema `"shop"."order"`. */
export function quoteName(name: string): string {
  const at = name.indexOf('.');
  const parts = at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)];
  return parts.map(quotePart).join('.');
}

/** The name of a column, constraint or index, which is in no schema of its own. */
export function quotePart(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Several, separated by commas. */
export function quoteParts(names: readonly string[]): string {
  return names.map(quotePart).join(', ');
}

/** The name of an index, whose schema is that of its table. */
export function besideTable(table: string, name: string): string {
  const at = table.indexOf('.');
  return at < 0 ? quotePart(name) : `${quotePart(table.slice(0, at))}.${quotePart(name)}`;
}

/** A name without its schema. */
export function bareName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** A text constant, as PostgreSQL reads it where `standard_conforming_strings` is on, its default since 9.1. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * What PostgreSQL wrote, with its keywords in lower case. It quotes every name that has a capital, so whatever stands
 * outside quotes is no name of anybody's.
 */
export function lowered(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'"]+/g, (part) =>
    /^['"]/.test(part) ? part : part.toLowerCase(),
  );
}
