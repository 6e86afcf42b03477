import { defineError, exitCode, quoteInput } from '@headwater/kernel/internal/errors';

/** Errors when writing a revision file. */
export const revisionFileCodes = {
  REVISION_SLUG_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { words: string; slug: string; length: number; longest: number; example: string }) =>
      d.length > d.longest
        ? `The name ${quoteInput(d.words, 150)} results in a slug of ${d.length} characters; at most ${d.longest} are allowed.`
        : `The name ${quoteInput(d.words)} results in no slug: it contains no letter from a to z and no digit.`,
    hint: (d) => `Describe the change in a few words, for a slug like "${d.example}".`,
  }),
  REVISION_FILE_EXISTS: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string }) => `${d.file} already exists, and revision files are never overwritten.`,
    hint: () => 'Give the new revision another name, or run the command again: it takes the next number.',
  }),
  REVISION_FILE_UNWRITABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user write permission there, and run the command again.',
  }),
  REVISION_TEXT_UNWRITABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; field: string; problem: string }) =>
      `Revision "${d.revision}" cannot be written to a file: its \`${d.field}\` ${d.problem}.`,
    hint: () => "Write it differently: in a constant PostgreSQL reads E'\\r', E'\\\\' and chr(96).",
  }),
};
