import { hold, type Switch } from './v8-switch.ts';

// V8 compiles WebAssembly without optimizing it first, and optimizes hot functions on other threads. A process cannot exit
// before such a thread has finished, and PostgreSQL's grammar is one function that takes half a second to optimize: as
// long as most commands take for everything else. docs/decisions/runtime.md has the measurements.

/**
 * V8 optimizes a function after this amount of execution, which is 150 times the default. A function gets this budget
 * when its module is instantiated.
 */
const budget: Switch = {
  usual: '--wasm-tiering-budget=13000000',
  set: '--wasm-tiering-budget=2000000000',
  holders: 0,
};

/**
 * The index of the only function that V8 may optimize. Function 1 is an import, so V8 optimizes none. The switch
 * applies on a function's first call.
 */
const filter: Switch = { usual: '--wasm-tier-up-filter=-1', set: '--wasm-tier-up-filter=1', holders: 0 };

/** Whether V8 validates each function on its first call, or all functions together with their module. */
const validation: Switch = { usual: '--no-wasm-lazy-validation', set: '--wasm-lazy-validation', holders: 0 };

/**
 * While held, V8 optimizes the functions of new modules late. For a process that may keep running and should become
 * fast after a while.
 */
export function optimizeLate(): Disposable {
  return hold(budget);
}

/** While held, V8 optimizes no function that is called for the first time. For short-lived commands. */
export function optimizeNothing(): Disposable {
  return hold(filter);
}

/** While held, V8 validates a new module's functions lazily. A command calls one in seven of PostgreSQL's functions. */
export function validateLazily(): Disposable {
  return hold(validation);
}
