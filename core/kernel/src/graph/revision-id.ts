import { kernelError } from '../error/kernel-codes.ts';

/** The two parts of a revision's full name, `plugin@slug`. */
export interface RevisionId {
  readonly plugin: string;
  readonly slug: string;
}

const pluginPattern = /^[a-z][a-z0-9-]{0,38}$/;
const slugPattern = /^[a-z0-9_]{1,100}$/;
/** Reserved: `likes@head` and `likes@base` are targets, so a revision with such a name could not be targeted. */
const idPattern = /^[a-z][a-z0-9-]{0,38}@(?!(?:head|base)$)[a-z0-9_]{1,100}$/;

/** Whether `text` is a valid name of a plugin and its branch: `[a-z][a-z0-9-]{0,38}`. */
export function isPluginName(text: string): boolean {
  return pluginPattern.test(text);
}

/** Whether `text` is a valid name of a revision within its branch: `[a-z0-9_]{1,100}`, but not `head` or `base`. */
export function isSlug(text: string): boolean {
  return slugPattern.test(text) && text !== 'head' && text !== 'base';
}

/** Whether `text` is a valid full name of a revision, like `likes@0002_count_on_object`. */
export function isRevisionId(text: string): boolean {
  return idPattern.test(text);
}

/** Splits a full name. `file` is the file that it was read from, for the message. Throws REVISION_ID_INVALID. */
export function parseId(id: string, file: string | null = null): RevisionId {
  if (!isRevisionId(id)) throw kernelError('REVISION_ID_INVALID', { id, file });
  const at = id.indexOf('@');
  return { plugin: id.slice(0, at), slug: id.slice(at + 1) };
}
