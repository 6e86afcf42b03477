/**
 * Returns SQL that PostgreSQL printed with its keywords in lower case. PostgreSQL quotes every name that contains a
 * capital, so no name changes.
 */
export function lowerKeywords(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'"]+/g, (part) =>
    /^['"]/.test(part) ? part : part.toLowerCase(),
  );
}
