import { readFileSync } from 'node:fs';
import type { Plugin } from '@headwater/kernel/internal/plugins';

/** Returns the doc comment that names the migration from which a revision was adopted. */
export function wasMigration(name: string): string {
  return `Was the MikroORM migration "${name}".`;
}

/** Maps migrations to the ids of the revisions whose doc comments name them. */
export function adoptedRevisions({ revisions, from }: Plugin): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (from === 'built') return found;
  for (const { id, file } of revisions) {
    // A long comment spans several lines.
    const text = readFileSync(file, 'utf8').replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, ' ');
    const name = /Was the MikroORM migration "([^"]+)"/.exec(text)?.[1];
    if (name !== undefined) found.set(name, id);
  }
  return found;
}
