import { setFlagsFromString } from 'node:v8';
import { runtimeTricksEnabled } from './tricks.ts';

/**
 * A switch of V8. V8 compiles WebAssembly without optimizing it first, and optimizes hot functions on other threads. A
 * process cannot exit before such a thread is done, and PostgreSQL's grammar is one function that takes half a second to
 * optimize: as long as most commands need for everything else. docs/decisions/runtime.md has the measurements.
 *
 * Switches apply to the whole process, so each is set for a moment only: V8 discards the compiled JavaScript in Node's
 * cache if it was stored under other switches.
 */
interface Switch {
  /** V8's default. */
  readonly usual: string;
  readonly set: string;
  /** Number of callers that hold the switch. */
  holders: number;
}

/**
 * How much a function runs before V8 optimizes it: 150 times the default. A function gets this budget when its module is
 * instantiated.
 */
const budget: Switch = {
  usual: '--wasm-tiering-budget=13000000',
  set: '--wasm-tiering-budget=2000000000',
  holders: 0,
};

/** Which function V8 may optimize: only number 1, which is an import, so none. It counts at a function's first call. */
const filter: Switch = { usual: '--wasm-tier-up-filter=-1', set: '--wasm-tier-up-filter=1', holders: 0 };

/** Whether V8 validates a function at its first call, or all functions with their module. */
const validation: Switch = { usual: '--no-wasm-lazy-validation', set: '--wasm-lazy-validation', holders: 0 };

/**
 * While held, V8 optimizes the functions of new modules late. For a process that may stay up, and should be fast after a
 * while.
 */
export function optimizeLate(): Disposable {
  return hold(budget);
}

/** While held, V8 optimizes no function that is called for the first time. For a command that ends. */
export function optimizeNothing(): Disposable {
  return hold(filter);
}

/** While held, V8 validates a new module's functions lazily. A command calls one in seven of PostgreSQL's functions. */
export function validateLazily(): Disposable {
  return hold(validation);
}

function hold(one: Switch): Disposable {
  if (!runtimeTricksEnabled()) return { [Symbol.dispose]() {} };
  one.holders += 1;
  if (one.holders === 1) setFlagsFromString(one.set);
  return {
    [Symbol.dispose]() {
      one.holders -= 1;
      if (one.holders === 0) setFlagsFromString(one.usual);
    },
  };
}
