import { enableCompileCache } from 'node:module';

let enabled = false;

/**
 * Turns on the tricks that make the `kernel` command faster by changing its process. docs/decisions/runtime.md lists
 * them with their savings. Only the command's own script, bin/kernel.js, calls this, and not if
 * HEADWATER_PLAIN_RUNTIME=1. It calls this before anything else, because compiled code is cached only for modules that
 * are loaded later. No other process ever uses any of the tricks, whatever it imports.
 */
export function enableRuntimeTricks(): void {
  enabled = true;
  enableCompileCache();
}

/** Whether this is the process of the `kernel` command, with its tricks on. */
export function runtimeTricksEnabled(): boolean {
  return enabled;
}
