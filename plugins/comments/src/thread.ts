/** A comment where it stands in a thread. */
export interface ThreadComment {
  readonly id: number;
  readonly createdAt: Date;
  /** `null` once it is deleted: then it only keeps the place of its answers. */
  readonly content: { readonly author: { readonly id: number; readonly name: string }; readonly body: string } | null;
  /** Oldest first. */
  readonly replies: readonly ThreadComment[];
}

/** A comment as the database gives it. */
export interface ThreadRow {
  readonly id: number;
  readonly in_reply_to: number;
  readonly body: string;
  readonly author_id: number;
  readonly author_name: string;
  /** MikroORM leaves times in what it did not write itself as text. */
  readonly created_at: string;
  readonly deleted_at: string | null;
}

/** The tree under `root` of comments that are given in the order in which answers to the same one shall stand. */
export function nested(rows: readonly ThreadRow[], root: number): readonly ThreadComment[] {
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
