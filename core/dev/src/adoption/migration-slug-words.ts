/** The maximum length of the words: a slug has at most 100 characters, including the number before them. */
const longest = 90;

/**
 * Returns the words for the slug of a revision, from the first of a migration's names that contains words:
 * `Migration20240102030405_AddTitle` gives `add_title`. If none does, returns `migration_` followed by the timestamp.
 */
export function migrationSlugWords(names: readonly string[]): string {
  for (const name of names) {
    const words = wordsIn(name);
    if (words !== '') return shortened(words);
  }
  const timestamp = names.map((name) => /\d{4,}/.exec(name)?.[0]).find((digits) => digits !== undefined);
  return timestamp === undefined ? 'migration' : shortened(`migration_${timestamp}`);
}

function wordsIn(name: string): string {
  const words = name
    .replace(/^_*migration/i, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/\d{8,}/g, '_')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  // Leading numbers are the rest of a date.
  const first = words.findIndex((word) => /[a-z]/.test(word));
  return first < 0 ? '' : words.slice(first).join('_');
}

function shortened(words: string): string {
  return words.length <= longest
    ? words
    : words
        .slice(0, longest + 1)
        .replace(/_[^_]*$/, '')
        .slice(0, longest);
}
