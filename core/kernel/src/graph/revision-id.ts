import { kernelError } from '../error/kernel-codes.ts';

/** The two halves of a revision's full name, `plugin@slug`. */
export interface RevisionId {
  readonly plugin: string;
  readonly slug: string;
}

const pluginPattern = /^[a-z][a-z0-9-]{0,38}$/;
const slugPattern = /^[a-z0-9_]{1,100}$/;
/** `likes@head` and `likes@base` are targets; a revision of that name could never be reached. */
const idPattern = /^[a-z][a-z0-9-]{0,38}@(?!(?:head|base)$)[a-z0-9_]{1,100}$/;

/** Whether `text` may name a plugin, and with it a branch: `[a-z][a-z0-9-]{0,38}`. */
export function isPluginName(text: string): boolean {
  return pluginPattern.test(text);
}

/** Whether `text` may name a revision within its branch: `[a-z0-9_]{1,100}`, but neither `head` nor `base`. */
export function isSlug(text: string): boolean {
  return slugPattern.test(text) && text !== 'head' && text !== 'base';
}

/** Whether `text` is a revision's full name, like `likes@0002_count_on_object`. */
export function isRevisionId(text: string): boolean {
  return idPattern.test(text);
}

/** Takes a full name apart. `file` is where it was read, for the message. Throws REVISION_ID_INVALID. */
export function parseId(id: string, file: string | null = null): RevisionId {
  if (!isRevisionId(id)) throw kernelError('REVISION_ID_INVALID', { id, file });
  const at = id.indexOf('@');
  return { plugin: id.slice(0, at), slug: id.slice(at + 1) };
}
