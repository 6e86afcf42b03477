import type { Change, ChangeOf } from './change.ts';

/** An object that may have a comment. */
interface Commented {
  readonly name: string;
  readonly comment: string | null;
}

/**
 * Returns the change to a comment, if any. `before` is `null` for a new object, and `rebuilt` means that the object
 * loses its comment.
 */
export function commentChanges(
  of: ChangeOf<'comment'>['of'],
  on: string | null,
  before: Commented | null,
  { name, comment }: Commented,
  rebuilt = false,
): readonly Change[] {
  const current = rebuilt ? null : (before?.comment ?? null);
  return current === comment ? [] : [{ kind: 'comment', of, on, name, comment }];
}
