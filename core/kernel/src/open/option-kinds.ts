import { valueKind } from '../config/invalid-value.ts';
import { settings } from '../config/settings.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';

/** The values that an option or an argument takes. */
export interface OptionKind {
  /** For messages: "a function". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The kind of each option. The type keeps it complete when an option is added. */
export type OptionKinds<Options> = Readonly<Record<keyof Options & string, OptionKind>>;

/**
 * Checks the options of a call, since programs in JavaScript pass anything, and a misspelled option would be ignored.
 * `undefined` stands for an option that is not given. `path` is the place of nested options. Throws OPTION_UNKNOWN and
 * OPTION_INVALID.
 */
export function assertOptions<Options>(
  call: string,
  given: unknown,
  kinds: OptionKinds<Options>,
  path: readonly string[] = [],
): void {
  if (given === undefined) return;
  assertArgument(call, path.length === 0 ? 'options' : path.join('.'), given, object);
  const known = Object.keys(kinds);
  for (const [name, value] of Object.entries(given as object)) {
    const option = [...path, name].join('.');
    if (!known.includes(name))
      throw kernelError('OPTION_UNKNOWN', { call, option, known, nearest: nearestName(name, known) });
    if (value !== undefined) assertArgument(call, option, value, kinds[name as keyof Options & string]);
  }
}

/** Checks one argument or option of a call. Throws OPTION_INVALID. */
export function assertArgument(call: string, option: string, value: unknown, { expected, accepts }: OptionKind): void {
  if (!accepts(value)) throw kernelError('OPTION_INVALID', { call, option, expected, found: valueKind(value) });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const hasFunctions = (value: object, names: readonly string[]): boolean =>
  names.every((name) => isFunction(Reflect.get(value, name)));

export const text: OptionKind = { expected: 'a string', accepts: isText };
export const texts: OptionKind = { expected: 'an array of strings', accepts: isTexts };
export const flag: OptionKind = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const callable: OptionKind = { expected: 'a function', accepts: isFunction };
export const list: OptionKind = { expected: 'an array', accepts: Array.isArray };
export const anything: OptionKind = { expected: 'a value', accepts: () => true };
export const object: OptionKind = {
  expected: 'an object',
  accepts: (value) => isObject(value) && !Array.isArray(value),
};
export const count: OptionKind = {
  expected: 'a whole number from 1',
  accepts: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};
export const target: OptionKind = { expected: 'a target like "likes@0002"', accepts: isText };
export const targets: OptionKind = {
  expected: 'a target like "likes@0002", or an array of them',
  accepts: (value) => isText(value) || isTexts(value),
};
export const purpose: OptionKind = {
  expected: '"serve" or "command"',
  accepts: (value) => value === 'serve' || value === 'command',
};
export const signal: OptionKind = {
  expected: 'an AbortSignal, like the `signal` of an AbortController',
  accepts: (value) => isObject(value) && 'aborted' in value && hasFunctions(value, ['addEventListener']),
};
export const log: OptionKind = {
  expected: 'a function, or a logger with the methods debug, info, warn and error',
  accepts: (value) => isFunction(value) || (isObject(value) && hasFunctions(value, ['debug', 'info', 'warn', 'error'])),
};
export const seconds: OptionKind = {
  expected: settings['/plugins/*/$startTimeout'].expected,
  accepts: (value) => typeof value === 'number' && settings['/plugins/*/$startTimeout'].check(value),
};

const callbacks = ['plans', 'begins', 'waits', 'commits', 'completes', 'starts', 'stops'];
/** An observer may be an object with more methods, but not one that no event of a run would reach. */
export const observer: OptionKind = {
  expected: `an object with functions of these names: ${callbacks.join(', ')}`,
  accepts(value) {
    if (!isObject(value)) return false;
    const given = callbacks.filter((name) => Reflect.get(value, name) !== undefined);
    return hasFunctions(value, given) && (given.length > 0 || Object.keys(value).length === 0);
  },
};

/**
 * Checks that a value can be written as JSON, except that `undefined` may stand for a missing key. Throws OPTION_INVALID
 * with the place of the part that cannot.
 */
export function assertJson(call: string, option: string, value: unknown, above: readonly unknown[] = []): void {
  const isPlain =
    isObject(value) && (Array.isArray(value) || [Object.prototype, null].includes(Reflect.getPrototypeOf(value)));
  if (isPlain && !above.includes(value)) {
    for (const [key, part] of Object.entries(value)) {
      if (part !== undefined) assertJson(call, `${option}.${key}`, part, [...above, value]);
    }
    return;
  }
  const accepts = (): boolean =>
    isText(value) || typeof value === 'boolean' || value === null || Number.isFinite(value);
  assertArgument(call, option, value, { expected: 'a value that JSON can represent', accepts });
}
