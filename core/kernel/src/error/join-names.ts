/**
 * Joins names for a sentence.
 *
 * @example
 * joinNames(['a', 'b', 'c']); // 'a, b and c'
 */
export function joinNames(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
