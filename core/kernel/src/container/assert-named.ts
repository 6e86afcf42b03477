import { isContributionPoint, type ContributionPoint } from '../contract/contribution-point.ts';
import { isToken, type Token } from '../contract/token.ts';
import type { ContainerPhase } from '../error/codes/container.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { quoted } from '../error/quoted.ts';

/** `plugin` or `plugin.thing`. */
const tokenName = /^[a-z][a-z0-9-]{0,38}(?:\.[A-Za-z][\w-]{0,99})?$/;

/** `plugin.things`. */
const pointName = /^[a-z][a-z0-9-]{0,38}\.[A-Za-z][\w-]{0,99}$/;

/** Refuses what is no token, or has a name that says nobody's. `plugin` is who gave it. Throws TOKEN_INVALID. */
export function assertToken<T>(token: Token<T>, plugin: string | null, phase: ContainerPhase): void {
  if (isToken(token) && tokenName.test(token.name)) return;
  throw kernelError('TOKEN_INVALID', { plugin, phase, wanted: 'token', found: describe(token) });
}

/** Refuses what is no contribution point, or has a name that says nobody's. Throws TOKEN_INVALID. */
export function assertPoint<T>(point: ContributionPoint<T>, plugin: string | null, phase: ContainerPhase): void {
  if (isContributionPoint(point) && pointName.test(point.name)) return;
  throw kernelError('TOKEN_INVALID', { plugin, phase, wanted: 'contribution point', found: describe(point) });
}

function describe(value: unknown): string {
  if (isToken(value)) return `the token ${quoted(value.name)}`;
  if (isContributionPoint(value)) return `the contribution point ${quoted(value.name)}`;
  if (typeof value === 'function') return `the function or class ${quoted(value.name)}`;
  return typeof value === 'string' ? `the text ${quoted(value)}` : String(value);
}
