/** The name of a table, a type or any other object in a schema. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/**
 * Returns the name of an object. Without a schema it is in `public`, which is on every revision's initial search path.
 */
export function qualifiedName(schema: string | undefined, name: string): QualifiedName {
  return { schema: schema === undefined || schema === '' ? 'public' : schema, name };
}

/**
 * Returns a name as text, for messages and for comparisons: `core_object`, `shop.order`. The schema `public` is left
 * out. A part that contains a dot or a quote is quoted, so that {@link parseName} can read it back.
 */
export function nameText({ schema, name }: QualifiedName): string {
  return schema === 'public' ? namePart(name) : `${namePart(schema)}.${namePart(name)}`;
}

/** Returns one part of a name as {@link nameText} writes it. */
export function namePart(part: string): string {
  return /[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}

/** Parses a name that {@link nameText} wrote. */
export function parseName(text: string): QualifiedName {
  return qualifiedName(writtenSchema(text) ?? undefined, partsOf(text).at(-1) ?? text);
}

/** Returns the schema that a name contains; `null` if it is in that of the tables. */
export function writtenSchema(text: string): string | null {
  const parts = partsOf(text);
  return parts.length > 1 ? (parts[0] ?? null) : null;
}

function partsOf(text: string): readonly string[] {
  return (text.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [text]).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}
