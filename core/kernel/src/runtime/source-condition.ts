import type * as Hook from '../../bin/source-condition.js';

/** The export condition under which a workspace resolves to its sources. Only Headwater sets it. */
export const sourceCondition = 'headwater-source';

let allowed = false;

/**
 * Allows linked packages to run from their TypeScript sources in this process. Only for Headwater's own processes: that
 * of the `kernel` command, and that of a test runner that calls `startTestKernel`. Registers nothing yet.
 */
export function allowSources(): void {
  allowed = true;
}

/**
 * Whether linked packages run from their sources in this process: {@link allowSources} was called, or Node itself was
 * started with `--conditions=headwater-source`. In any other host they run from their builds, since resolving names in
 * sources would require a hook that changes the whole process.
 */
export function runsFromSources(): boolean {
  return allowed || [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some(setsCondition);
}

/** The value of `--conditions` is a separate word or joined to the flag. */
function setsCondition(option: string): boolean {
  return option.includes(sourceCondition);
}

/** Registers the hook that resolves names in sources. Call it before importing a source file of a linked package. */
export async function resolveSources(): Promise<void> {
  if (!allowed) return;
  // The hook is next to both `src` and `dist`. It is located relative to this file, because a build would break a
  // static import.
  const url = new URL('../../bin/source-condition.js', import.meta.url);
  const hook = (await import(url.href)) as typeof Hook;
  hook.registerSourceCondition();
}
