import { setFlagsFromString } from 'node:v8';

/**
 * V8 compiles WebAssembly plainly first, and optimizes on other threads what turns out to be hot. A process does not end
 * before such a thread has, and PostgreSQL's grammar is one function that takes it half a second: as long as most commands
 * need for all else. docs/decisions/webassembly.md has what the switches bring.
 *
 * They are V8's own and count for the whole process, so each is set for a moment only: code that V8 kept for a module of
 * JavaScript is of no use to it under other switches.
 */
interface Switch {
  /** V8's default. */
  readonly usual: string;
  readonly set: string;
  /** How many ask for it now. */
  asking: number;
}

/** How long a function runs before it is optimized, 150 times the default. It is told when its module is made. */
const late: Switch = {
  usual: '--wasm-tiering-budget=13000000',
  set: '--wasm-tiering-budget=2000000000',
  asking: 0,
};

/** The only function that is optimized once it has run for long: number 1, which is an import. */
const none: Switch = { usual: '--wasm-tier-up-filter=-1', set: '--wasm-tier-up-filter=1', asking: 0 };

/** Whether a function is validated when it is first called, or all are with their module. */
const validation: Switch = { usual: '--no-wasm-lazy-validation', set: '--wasm-lazy-validation', asking: 0 };

/** Until it is disposed of, what is made of WebAssembly is optimized late: for what may stay up, and be fast after a while. */
export function optimizingLate(): Disposable {
  return hold(late);
}

/** Until it is disposed of, nothing is optimized that runs: for a command that ends. */
export function optimizingNothing(): Disposable {
  return hold(none);
}

/** Until it is disposed of, a module that is made is not looked through: of PostgreSQL's functions a command calls a seventh. */
export function validatingLate(): Disposable {
  return hold(validation);
}

function hold(one: Switch): Disposable {
  one.asking += 1;
  if (one.asking === 1) setFlagsFromString(one.set);
  return {
    [Symbol.dispose]() {
      one.asking -= 1;
      if (one.asking === 0) setFlagsFromString(one.usual);
    },
  };
}
