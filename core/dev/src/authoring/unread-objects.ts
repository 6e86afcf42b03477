import type { Catalog } from '@headwater/kernel/internal/catalog';

/** Returns the objects that a catalog omits, which no proof compares: `2 operators`, `1 cast`. */
export function unreadObjects({ unread }: Pick<Catalog, 'unread'>): readonly string[] {
  return Array.from(unread, ([kind, count]) => `${count} ${count === 1 ? kind : plural(kind)}`);
}

function plural(kind: string): string {
  if (kind.endsWith('y')) return `${kind.slice(0, -1)}ies`;
  return kind.endsWith('s') ? `${kind}es` : `${kind}s`;
}

/** Returns a line that says what a proof cannot compare; none if it compares everything. */
export function explainUnread(objects: readonly string[]): readonly string[] {
  return objects.length === 0 ? [] : [`Cannot tell: ${objects.join(', ')}. The proof does not compare them.`];
}
