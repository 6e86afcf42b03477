import { AsyncLocalStorage } from 'node:async_hooks';

/** The plugin whose code is running, and the phase that called it. */
export interface RunningPlugin {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly phase: 'import' | 'bind' | 'start' | 'stop' | 'command' | `revision ${string}`;
}

const storage = new AsyncLocalStorage<RunningPlugin>();

/** Runs `work` on behalf of a plugin. Background work that it leaves running is also attributed to that plugin. */
export function runAsPlugin<T>(plugin: RunningPlugin, work: () => T): T {
  return storage.run(plugin, work);
}

/**
 * Returns the plugin whose code is running, or `null` while the kernel's own code runs. It also works in process-wide
 * handlers for unhandled rejections, uncaught exceptions and process exit, which use it to find the responsible plugin.
 */
export function currentPlugin(): RunningPlugin | null {
  return storage.getStore() ?? null;
}
