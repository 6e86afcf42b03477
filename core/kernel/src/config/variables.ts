import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Json } from './config.ts';
import { fileOf, type Layer } from './config-layers.ts';
import { pointerOf } from './json-pointer.ts';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The input of a substitution, and what it records. */
export interface Substitution {
  readonly layers: readonly Layer[];
  /** `null`: nothing is replaced. */
  readonly env: Environment | null;
  /** Collects the pointers of values that consisted of a single `${VAR}`. Their text may mean a number or a boolean. */
  readonly whole: Set<string>;
}

const name = /^[A-Za-z_][A-Za-z0-9_]*/;
/** The reference to a variable in a text, but not a literal `$${`. */
export const variableName = /(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)/g;

const whole = /^\$\{[^{}]*\}$/;

/**
 * Returns `json`, the value at `path`, with `${VAR}` and `${VAR:-default}` replaced in every string. `$${` means a
 * literal `${`. References inside a variable's value are not replaced. As in a shell, the default is also used if the
 * variable is empty.
 * Throws CONFIG_VARIABLE_UNSET, CONFIG_VARIABLE_SYNTAX.
 */
export function substituted(json: Json, path: readonly string[], context: Substitution): Json {
  if (typeof json === 'string') {
    const { env, layers } = context;
    if (env === null || !json.includes('${')) return json;
    if (whole.test(json)) context.whole.add(pointerOf(path));
    return replaced(json, path, layers, env);
  }
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item: Json, i) => substituted(item, [...path, String(i)], context));
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, substituted(value, [...path, key], context)]),
  );
}

function replaced(text: string, path: readonly string[], layers: readonly Layer[], env: Environment): string {
  const where = { file: fileOf(layers, path), pointer: pointerOf(path) };
  let result = '';
  let rest = text;
  for (let at = rest.indexOf('${'); at >= 0; at = rest.indexOf('${')) {
    result += rest.slice(0, at);
    const inside = rest.slice(at + 2);
    if (rest[at - 1] === '$') {
      result += '{';
      rest = inside;
      continue;
    }
    const variable = name.exec(inside)?.[0] ?? null;
    const end = inside.indexOf('}');
    const nested = inside.indexOf('${');
    const wrong = (problem: string): KernelError =>
      kernelError('CONFIG_VARIABLE_SYNTAX', { ...where, variable, problem });
    if (nested >= 0 && (end < 0 || nested < end)) throw wrong('has another "${" inside; variables do not nest');
    if (end < 0) throw wrong('has no closing "}"');
    const fallback = inside.slice(variable?.length ?? 0, end);
    if (variable === null) throw wrong('has no name; a name is letters, digits and "_", not beginning with a digit');
    if (fallback !== '' && !fallback.startsWith(':-')) throw wrong('is followed by neither "}" nor ":-"');
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (value === undefined && fallback === '') throw kernelError('CONFIG_VARIABLE_UNSET', { ...where, variable });
    result += fallback === '' || (value !== undefined && value !== '') ? (value ?? '') : fallback.slice(2);
    rest = inside.slice(end + 1);
  }
  return result + rest;
}

/** Converts the text of a variable to a number or boolean if it denotes one; returns any other text unchanged. */
export function fromText(json: Json): Json {
  if (json === 'true' || json === 'false') return json === 'true';
  return typeof json === 'string' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(json) ? Number(json) : json;
}
