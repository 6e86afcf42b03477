import { isContributionPoint, type ContributionPoint } from '../contract/contribution-point.ts';
import { isToken, type Token } from '../contract/token.ts';
import type { ContainerPhase } from '../error/codes/container.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { quoteInput } from '../error/quote-input.ts';

/** `plugin` or `plugin.thing`. */
const tokenName = /^[a-z][a-z0-9-]{0,38}(?:\.[A-Za-z][\w-]{0,99})?$/;

/** `plugin.things`. */
const pointName = /^[a-z][a-z0-9-]{0,38}\.[A-Za-z][\w-]{0,99}$/;

/**
 * Checks that a value is a token with a valid name. `plugin` is the caller, for the message. Throws TOKEN_INVALID.
 */
export function assertToken<T>(token: Token<T>, plugin: string | null, phase: ContainerPhase): void {
  if (isToken(token) && tokenName.test(token.name)) return;
  throw kernelError('TOKEN_INVALID', { plugin, phase, wanted: 'token', found: describe(token) });
}

/** Checks that a value is a contribution point with a valid name. Throws TOKEN_INVALID. */
export function assertPoint<T>(point: ContributionPoint<T>, plugin: string | null, phase: ContainerPhase): void {
  if (isContributionPoint(point) && pointName.test(point.name)) return;
  throw kernelError('TOKEN_INVALID', { plugin, phase, wanted: 'contribution point', found: describe(point) });
}

function describe(value: unknown): string {
  if (isToken(value)) return `the token ${quoteInput(value.name)}`;
  if (isContributionPoint(value)) return `the contribution point ${quoteInput(value.name)}`;
  if (typeof value === 'function') return `the function or class ${quoteInput(value.name)}`;
  return typeof value === 'string' ? `the string ${quoteInput(value)}` : String(value);
}
