/** A comment in a thread. */
export interface ThreadComment {
  readonly id: number;
  readonly createdAt: Date;
  /** `null` if the comment is deleted. A deleted comment stays in the thread only to hold its replies. */
  readonly content: { readonly author: { readonly id: number; readonly name: string }; readonly body: string } | null;
  /** Oldest first. */
  readonly replies: readonly ThreadComment[];
}

/** A row of the query for a thread. */
export interface ThreadRow {
  readonly id: number;
  readonly in_reply_to: number;
  readonly body: string;
  readonly author_id: number;
  readonly author_name: string;
  /** MikroORM returns timestamps as text from raw queries. */
  readonly created_at: string;
  readonly deleted_at: string | null;
}

/** Returns the tree of comments below the object `root`. Replies to the same comment keep the order of `rows`. */
export function buildThread(rows: readonly ThreadRow[], root: number): readonly ThreadComment[] {
  const repliesTo = new Map<number, ThreadComment[]>([[root, []]]);
  const listOf = (id: number): ThreadComment[] => {
    const list = repliesTo.get(id) ?? [];
    repliesTo.set(id, list);
    return list;
  };
  for (const row of rows) listOf(row.in_reply_to).push(commentOf(row, listOf(row.id)));
  return listOf(root);
}

function commentOf(row: ThreadRow, replies: readonly ThreadComment[]): ThreadComment {
  const { id, created_at: createdAt, deleted_at: deletedAt, body } = row;
  const author = { id: row.author_id, name: row.author_name };
  return { id, createdAt: new Date(createdAt), content: deletedAt === null ? { author, body } : null, replies };
}
