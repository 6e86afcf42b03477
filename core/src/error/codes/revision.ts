import { codeEntry } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';

/** Refusals of a revision file or of a plugin's manifest. */
export const revisionCodes = {
  REVISION_ID_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; file: string | null }) =>
      `${d.file === null ? '' : `${d.file}: `}"${d.id}" is not a revision id.`,
    hint: () =>
      'Write plugin@slug, like likes@0002_count_on_object: the plugin is [a-z][a-z0-9-]{0,38}, the slug [a-z0-9_]{1,100}.',
  }),
};
