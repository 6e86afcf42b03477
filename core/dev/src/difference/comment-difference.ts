import type { Change, ChangeOf } from './change.ts';

interface Commented {
  readonly name: string;
  readonly comment: string | null;
}

/** Those whose comments entities declare. */
const declared: ReadonlySet<string> = new Set(['table', 'column']);

/**
 * The change of a comment, if it is one. `before` is `null` for what is made, and with `remade` what is made once more. A
 * comment that no entity can declare stays, unless `undefine`.
 */
export function commentChanges(
  of: ChangeOf<'comment'>['of'],
  on: string | null,
  before: Commented | null,
  { name, comment: now }: Commented,
  undefine: boolean,
  remade = false,
): readonly Change[] {
  const old = before?.comment ?? null;
  const wanted = undefine || declared.has(of) ? now : (now ?? old);
  const there = remade ? null : old;
  return there === wanted ? [] : [{ kind: 'comment', of, on, name, comment: wanted }];
}
