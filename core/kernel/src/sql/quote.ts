import { parseName } from './qualified-name.ts';

/** Quotes a name that `nameText` wrote, its schema included: `"core_object"`, `"shop"."order"`. */
export function quoteName(text: string): string {
  const { schema, name } = parseName(text);
  return schema === 'public' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Quotes one identifier: the name of a column or a constraint, or one part of a qualified name. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes identifiers and separates them by commas. */
export function quoteIdentifiers(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/** Quotes a string for a server on which `standard_conforming_strings` is on, the default since PostgreSQL 9.1. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes text with a dollar tag that does not occur in the text, so nothing in it can end the quotation. */
export function dollarQuote(text: string): string {
  let tag = '$hw$';
  // A number and not a random word, so that the same text is always quoted in the same way.
  for (let n = 1; text.includes(tag.slice(0, -1)); n += 1) tag = `$hw${n}$`;
  return `${tag}${text}${tag}`;
}
