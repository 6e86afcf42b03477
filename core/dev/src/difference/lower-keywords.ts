/**
 * Converts the keywords of SQL that PostgreSQL printed to lower case. PostgreSQL quotes every name that contains a
 * capital letter, so no name changes.
 */
export function lowerKeywords(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'"]+/g, (part) =>
    /^['"]/.test(part) ? part : part.toLowerCase(),
  );
}
