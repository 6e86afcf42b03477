import type * as V8 from 'node:v8';
import { runtimeTricksEnabled } from './tricks.ts';

/**
 * A switch of V8. Switches apply to the whole process, and V8 discards compiled JavaScript in Node's cache that was
 * stored under different switches. Each switch is therefore set only for a moment, see docs/decisions/runtime.md.
 */
export interface Switch {
  /** V8's default. */
  readonly usual: string;
  readonly set: string;
  /** The number of callers that hold the switch. */
  holders: number;
}

/** Loading the module takes a millisecond, and only the command's process needs it. */
const v8 = (): typeof V8 => process.getBuiltinModule('node:v8');

/** Sets a switch until the result is disposed of by all its holders. With the tricks off, it changes nothing. */
export function hold(one: Switch): Disposable {
  if (!runtimeTricksEnabled()) return { [Symbol.dispose]() {} };
  one.holders += 1;
  if (one.holders === 1) v8().setFlagsFromString(one.set);
  return {
    [Symbol.dispose]() {
      one.holders -= 1;
      if (one.holders === 0) v8().setFlagsFromString(one.usual);
    },
  };
}
