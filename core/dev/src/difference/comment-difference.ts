import type { Change, ChangeOf } from './change.ts';

/** An object that may have a comment. */
interface Commented {
  readonly name: string;
  readonly comment: string | null;
}

/** The kinds of objects whose comments entities declare. */
const declared: ReadonlySet<string> = new Set(['table', 'column']);

/**
 * Returns the change to a comment, if any. `before` is `null` for a new object, and `rebuilt` means that the object
 * loses its comment. Comments that entities cannot declare are kept unless `undefine` is set.
 */
export function commentChanges(
  of: ChangeOf<'comment'>['of'],
  on: string | null,
  before: Commented | null,
  { name, comment: now }: Commented,
  undefine: boolean,
  rebuilt = false,
): readonly Change[] {
  const old = before?.comment ?? null;
  const wanted = undefine || declared.has(of) ? now : (now ?? old);
  const current = rebuilt ? null : old;
  return current === wanted ? [] : [{ kind: 'comment', of, on, name, comment: wanted }];
}
