import { readFileSync } from 'node:fs';
import type { Plugin } from '@headwater/kernel/internal/plugins';

/** Returns the doc comment that names the migration from which a revision was adopted. */
export function wasMigration(title: string, name: string): string {
  return `Was the ${title} migration "${name}".`;
}

/** Maps migrations of a tool to the ids of the revisions whose doc comments name them, in the order of the branch. */
export function adoptedRevisions({ revisions, from }: Plugin, title: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  if (from === 'built') return found;
  for (const { id, file } of revisions) {
    // A long comment spans several lines.
    const text = readFileSync(file, 'utf8').replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, ' ');
    for (const [, tool, name = ''] of text.matchAll(/Was the (\S+) migration "([^"]+)"/g)) {
      if (tool === title) found.set(name, [...(found.get(name) ?? []), id]);
    }
  }
  return found;
}
