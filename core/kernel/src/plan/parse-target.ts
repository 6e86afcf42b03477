import { isPluginName, isSlug } from '../graph/revision-id.ts';

/** A parsed target. It has not been resolved against a graph yet. */
export type ParsedTarget =
  | { readonly kind: 'heads' }
  | { readonly kind: 'bases' }
  | { readonly kind: 'head'; readonly plugin: string }
  | { readonly kind: 'base'; readonly plugin: string }
  /** A revision, by its slug or a prefix of it. */
  | { readonly kind: 'revision'; readonly plugin: string; readonly slug: string }
  /** A number of revisions up (positive) or down (negative) from the applied head of the branch; never 0. */
  | RelativeTarget
  /** Not a valid target; `reason` says why. */
  | { readonly kind: 'nothing'; readonly reason: string };

/** A target relative to the applied head of a branch, like `likes@+1` or `likes@-2`. */
export interface RelativeTarget {
  readonly kind: 'steps';
  readonly plugin: string;
  readonly by: number;
}

const stepsPattern = /^[+-][0-9]+$/;

/**
 * Parses a target: `heads`, `base` (of every branch), `likes` and `likes@head`, `likes@base`, `likes@0002`, `likes@+1`,
 * `likes@-2`. Never throws.
 */
export function parseTarget(text: string): ParsedTarget {
  if (text === 'heads') return { kind: 'heads' };
  if (text === 'base') return { kind: 'bases' };
  if (text === '') return invalidTarget('it is empty');
  if (stepsPattern.test(text)) return invalidTarget(`it does not name a plugin; write likes@${text}`);
  const at = text.indexOf('@');
  const plugin = at < 0 ? text : text.slice(0, at);
  if (!isPluginName(plugin)) return invalidTarget(`"${plugin}" is not a valid plugin name`);
  if (at < 0) return { kind: 'head', plugin };
  const rest = text.slice(at + 1);
  if (rest === 'head') return { kind: 'head', plugin };
  if (rest === 'base') return { kind: 'base', plugin };
  if (stepsPattern.test(rest)) {
    const by = Number(rest);
    return by === 0 ? invalidTarget('zero steps lead nowhere') : { kind: 'steps', plugin, by };
  }
  if (isSlug(rest)) return { kind: 'revision', plugin, slug: rest };
  return invalidTarget(rest === '' ? 'nothing follows the @' : `"${rest}" is not a valid revision name`);
}

function invalidTarget(reason: string): ParsedTarget {
  return { kind: 'nothing', reason };
}
