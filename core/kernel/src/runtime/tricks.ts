import { enableCompileCache } from 'node:module';

let enabled = false;

/**
 * Turns on the tricks that make the `kernel` command faster by changing the process that it runs in. They are listed, with
 * what each saves, in docs/decisions/runtime.md. Only the command's own script, bin/kernel.js, calls this: first of all,
 * because compiled code is only cached for modules that are loaded later, and never with HEADWATER_PLAIN_RUNTIME=1. No
 * other process ever has any of them, whatever it imports.
 */
export function enableRuntimeTricks(): void {
  enabled = true;
  enableCompileCache();
}

/** Whether this is the process of the `kernel` command, with its tricks on. */
export function runtimeTricksEnabled(): boolean {
  return enabled;
}
