import { defineError, exitCode, quoteInput } from '@headwater/kernel/internal';

/** Refusals of writing a revision file. */
export const revisionFileCodes = {
  REVISION_SLUG_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { words: string; slug: string; length: number; longest: number; example: string }) =>
      d.length > d.longest
        ? `A revision named after ${quoteInput(d.words, 150)} would have ${d.length} characters, and at most ${d.longest} are allowed.`
        : `${quoteInput(d.words)} names no revision: it has no letter a to z and no digit.`,
    hint: (d) => `Say in a few words what it changes, which gives a name like "${d.example}".`,
  }),
  REVISION_FILE_EXISTS: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string }) => `${d.file} is there already, and a revision is never written over another.`,
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
    hint: () => "Say it in another way: PostgreSQL reads E'\\r', E'\\\\' and chr(96) in a constant.",
  }),
};
