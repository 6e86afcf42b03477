import { idPrefix } from '../contract/token.ts';
import type { ContainerPhase, MakingStep } from '../error/codes/container.ts';
import { firstLine } from '../error/first-line.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearest } from '../error/nearest.ts';
import { ownerOf, type ContainerPlugin } from './container-plugin.ts';
import { stateOf, type Shelf } from './registry.ts';

/** TOKEN_UNBOUND, with who asks, what was being made for whom, and why nothing is there. */
export function unboundError(
  shelf: Shelf,
  token: string,
  plugin: string | null,
  phase: ContainerPhase,
  making: readonly MakingStep[],
): KernelError {
  const owner = ownerOf(token);
  const bound = [...shelf.entries.bindings.keys()].filter((name) => ownerOf(name) === owner);
  return kernelError('TOKEN_UNBOUND', {
    token,
    plugin,
    phase,
    chain: making.map(stepOf),
    owner,
    state: stateOf(shelf, owner),
    nearest: nearest(token, bound),
  });
}

/**
 * The same for what a decorated constructor asks for, or `null` where it failed for another reason. Inversify's errors
 * have no fields; but the id that it misses is in the message, and the mark that begins a token's id is ours.
 */
export function unboundInClass(
  shelf: Shelf,
  plugin: string,
  making: readonly MakingStep[],
  error: unknown,
): KernelError | null {
  if (!(error instanceof Error)) return null;
  const name = error.message.split(`Symbol(${idPrefix}`)[1]?.split(')')[0];
  if (name === undefined || shelf.entries.bindings.has(name)) return null;
  return unboundError(shelf, name, plugin, 'get', making);
}

/** What a plugin's own code threw while it made a value, or wrapped one. */
export function makingError(
  entry: MakingStep,
  by: { readonly plugin: string; readonly act: 'make' | 'decorate' },
  making: readonly MakingStep[],
  cause: unknown,
): KernelError {
  const { plugin, act } = by;
  const reason = firstLine(cause);
  const chain = making.filter((step) => step !== entry).map(stepOf);
  return entry.what === 'contribution'
    ? kernelError('CONTRIBUTION_FAILED', { point: entry.name, plugin, chain, reason }, { cause })
    : kernelError('TOKEN_FAILED', { token: entry.name, plugin, act, chain, reason }, { cause });
}

/**
 * Refuses a promise: whoever asked first would decide when it begins, and nobody how long it may take. What counts as
 * one is what Inversify counts as one. Throws TOKEN_ASYNC.
 */
export function assertSynchronous(entry: MakingStep, plugin: string, value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (!('then' in value) || typeof value.then !== 'function') return;
  // Nobody waits for it any more; its own failure must not end the process after the refusal has been told.
  void Promise.resolve(value).catch(() => {});
  throw kernelError('TOKEN_ASYNC', { plugin, step: stepOf(entry) });
}

/** Refuses the key that another contribution to the point has already. Throws CONTRIBUTION_COLLISION. */
export function assertKeyFree(
  point: string,
  key: string,
  [first, second]: readonly [first: string | undefined, second: string],
  phase: ContainerPhase,
): void {
  if (first === undefined) return;
  throw kernelError('CONTRIBUTION_COLLISION', { point, key, owners: [first, second], phase });
}

/** Names only: errors hold no more of an entry. */
export function stepOf({ name, plugin, what }: MakingStep): MakingStep {
  return { name, plugin, what };
}

/** PLUGIN_BIND_FAILED, for a reason that ends a sentence. */
export function bindError({ name, package: from }: ContainerPlugin, reason: string, cause?: unknown): KernelError {
  return kernelError('PLUGIN_BIND_FAILED', { plugin: name, package: from, reason }, { cause });
}
