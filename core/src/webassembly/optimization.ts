import { setFlagsFromString } from 'node:v8';

/**
 * V8 compiles WebAssembly plainly first, and optimizes on other threads what turns out to be hot. A process does not end
 * before such a thread has, and PostgreSQL's grammar is one function that takes it half a second: as long as most commands
 * need for all else. The switches are V8's own, set at run time for the whole process; docs/decisions/webassembly.md has
 * what they bring.
 */

/** Optimizes what has run for long, 40 times the default: for what may stay up, and is fast after a second or two of work. */
export function optimizeLate(): void {
  setFlagsFromString('--wasm-tiering-budget=500000000');
}

/** Optimizes nothing that is first called from now on, but function 1, which is an import: for a command that ends. */
export function neverOptimize(): void {
  setFlagsFromString('--wasm-tier-up-filter=1');
}
