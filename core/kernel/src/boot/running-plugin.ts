import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose code runs: a plugin, in one of its phases. What it begins there and leaves running is still in its name. */
export interface Actor {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly phase: 'import' | 'bind' | 'start' | 'stop' | 'command';
}

const acting = new AsyncLocalStorage<Actor>();

/** Runs `work` in the name of a plugin, and all that it leaves behind. */
export function inTheNameOf<T>(actor: Actor, work: () => T): T {
  return acting.run(actor, work);
}

/**
 * In whose name this runs; `null` for the kernel's own. It holds in Node's handlers of unhandled rejections, uncaught
 * exceptions and of the process's exit too, which is how those find their plugin.
 */
export function currentActor(): Actor | null {
  return acting.getStore() ?? null;
}
