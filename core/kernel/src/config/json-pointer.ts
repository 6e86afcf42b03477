/**
 * Returns the JSON pointer (RFC 6901) of a path of keys and indexes. The pointer to the whole document is the empty
 * string.
 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
