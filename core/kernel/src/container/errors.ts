import { idPrefix } from '../contract/token.ts';
import type { ContainerPhase, ResolutionStep } from '../error/codes/container.ts';
import { shortMessage } from '../error/short-message.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import { tokenOwner, type ContainerPlugin } from './container-plugin.ts';
import { pluginState, type Registry } from './registry.ts';

/** Returns TOKEN_UNBOUND, with the requesting plugin, the values that were being created, and the reason. */
export function unboundError(
  registry: Registry,
  token: string,
  plugin: string | null,
  phase: ContainerPhase,
  stack: readonly ResolutionStep[],
): KernelError {
  const owner = tokenOwner(token);
  const bound = [...registry.bindings.keys()].filter((name) => tokenOwner(name) === owner);
  return kernelError('TOKEN_UNBOUND', {
    token,
    plugin,
    phase,
    chain: stack.map(toStep),
    owner,
    state: pluginState(registry, owner),
    nearest: nearestName(token, bound),
  });
}

/**
 * Returns TOKEN_UNBOUND for a token that a decorated constructor injects, or `null` if Inversify failed for another
 * reason. Inversify's errors have no fields, so the missing identifier is read from the message, where it is recognized
 * by its unique prefix.
 */
export function unboundInClass(
  registry: Registry,
  plugin: string,
  stack: readonly ResolutionStep[],
  error: unknown,
): KernelError | null {
  if (!(error instanceof Error)) return null;
  const name = error.message.split(`Symbol(${idPrefix}`)[1]?.split(')')[0];
  if (name === undefined || registry.bindings.has(name)) return null;
  return unboundError(registry, name, plugin, 'get', stack);
}

/** Returns TOKEN_FAILED or CONTRIBUTION_FAILED for an error that a plugin threw while creating or wrapping a value. */
export function makingError(
  step: ResolutionStep,
  by: { readonly plugin: string; readonly act: 'create' | 'decorate' },
  stack: readonly ResolutionStep[],
  cause: unknown,
): KernelError {
  const { plugin, act } = by;
  const reason = shortMessage(cause);
  const chain = stack.filter((other) => other !== step).map(toStep);
  return step.what === 'contribution'
    ? kernelError('CONTRIBUTION_FAILED', { point: step.name, plugin, chain, reason }, { cause })
    : kernelError('TOKEN_FAILED', { token: step.name, plugin, act, chain, reason }, { cause });
}

/**
 * Checks that a value is not a promise (anything with a `then` method, as in Inversify). Asynchronous work would start
 * whenever somebody first resolves the value, and it would have no time limit. Throws TOKEN_ASYNC.
 */
export function assertSynchronous(step: ResolutionStep, plugin: string, value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (!('then' in value) || typeof value.then !== 'function') return;
  // Nothing awaits the promise anymore. Its rejection must not end the process after the error has been reported.
  void Promise.resolve(value).catch(() => {});
  throw kernelError('TOKEN_ASYNC', { plugin, step: toStep(step) });
}

/** Checks that no other contribution to the point has the key. Throws CONTRIBUTION_COLLISION. */
export function assertKeyFree(
  point: string,
  key: string,
  [first, second]: readonly [first: string | undefined, second: string],
  phase: ContainerPhase,
): void {
  if (first === undefined) return;
  throw kernelError('CONTRIBUTION_COLLISION', { point, key, owners: [first, second], phase });
}

/** Reduces a binding to the fields that an error reports. */
export function toStep({ name, plugin, what }: ResolutionStep): ResolutionStep {
  return { name, plugin, what };
}

/** Returns PLUGIN_BIND_FAILED. `reason` completes the sentence of its message. */
export function bindError(
  { name, package: from, inversify = () => null }: ContainerPlugin,
  reason: string,
  cause?: unknown,
): KernelError {
  return kernelError('PLUGIN_BIND_FAILED', { plugin: name, package: from, reason, inversify: inversify() }, { cause });
}
