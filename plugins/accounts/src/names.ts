import { rectifyConfusion } from 'unicode-confusables';
import { Refusal } from '@headwater/plugin-core';

const allowed = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

/**
 * Refuses a name with other characters than letters, digits, `.`, `_` and `-`, which excludes everything invisible, and
 * one that is not in Unicode's compatibility form, such as a name in full-width letters. Throws a Refusal, `invalid`.
 */
export function assertName(name: string): void {
  if (allowed.test(name) && name.normalize('NFKC') === name) return;
  throw new Refusal(
    'invalid',
    'a name may have letters, digits, ".", "_" and "-", and begins with a letter or a digit',
  );
}

/**
 * Returns the forms of a name that no two users may share: one for names that differ in case, one for names that look
 * alike, as Unicode's table of confusable characters defines it (UTS 39). A letter may look like another one in one case
 * only, so both forms are needed: "IDA" equals "ida", and looks like "lDA".
 */
export function nameKeys(name: string): readonly string[] {
  const normal = name.normalize('NFKC');
  return [...new Set([skeleton(normal.toLowerCase()), skeleton(skeleton(normal).toLowerCase())])];
}

function skeleton(text: string): string {
  return rectifyConfusion(text.normalize('NFD')).normalize('NFD');
}
