import { isPluginName, isSlug } from '../graph/revision-id.ts';

/** What a target says, before it meets a graph. */
export type Target =
  | { readonly kind: 'heads' }
  | { readonly kind: 'bases' }
  | { readonly kind: 'head'; readonly plugin: string }
  | { readonly kind: 'base'; readonly plugin: string }
  /** A revision, by its slug or the beginning of it. */
  | { readonly kind: 'revision'; readonly plugin: string; readonly slug: string }
  /** So many revisions up (positive) or down (negative) from where the branch stands; never 0. */
  | { readonly kind: 'steps'; readonly plugin: string; readonly by: number }
  /** It follows no rule; `reason` says which one it missed. */
  | { readonly kind: 'nothing'; readonly reason: string };

const stepsPattern = /^[+-][0-9]+$/;

/**
 * Reads a target: `heads`, `base` (of every branch), `likes` and `likes@head`, `likes@base`, `likes@0002`, `likes@+1`,
 * `likes@-2`. Never throws.
 */
export function parseTarget(text: string): Target {
  if (text === 'heads') return { kind: 'heads' };
  if (text === 'base') return { kind: 'bases' };
  if (text === '') return nothing('it is empty');
  if (stepsPattern.test(text)) return nothing(`it does not say whose steps; write likes@${text}`);
  const at = text.indexOf('@');
  const plugin = at < 0 ? text : text.slice(0, at);
  if (!isPluginName(plugin)) return nothing(`"${plugin}" cannot be the name of a plugin`);
  if (at < 0) return { kind: 'head', plugin };
  const rest = text.slice(at + 1);
  if (rest === 'head') return { kind: 'head', plugin };
  if (rest === 'base') return { kind: 'base', plugin };
  if (stepsPattern.test(rest)) {
    const by = Number(rest);
    return by === 0 ? nothing('zero steps lead nowhere') : { kind: 'steps', plugin, by };
  }
  if (isSlug(rest)) return { kind: 'revision', plugin, slug: rest };
  return nothing(rest === '' ? 'nothing follows the @' : `"${rest}" cannot be the name of a revision`);
}

function nothing(reason: string): Target {
  return { kind: 'nothing', reason };
}
