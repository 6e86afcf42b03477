import type { SqlType } from '@headwater/kernel/internal/sql';

/** The effect of a type change on a column. */
export interface TypeChange {
  /** Whether every old value fits the new type and code written for the old type still works. */
  readonly fits: boolean;
  /** Whether PostgreSQL rewrites the whole table. */
  readonly rewrites: boolean;
}

const same: TypeChange = { fits: true, rewrites: false };
const wider: TypeChange = { fits: true, rewrites: true };
const narrower: TypeChange = { fits: false, rewrites: true };

/** Maps each type to the types that can hold all of its values and that clients read in the same way. */
const widerTypes: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8'],
  int4: ['int8', 'numeric', 'float8'],
  int8: ['numeric'],
  float4: ['float8'],
  bpchar: ['varchar', 'text'],
};

/** Decimal digits of the integer types. */
const digits: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };

/**
 * Classifies a type change by PostgreSQL's no-op casts (ATColumnChangeRequiresRewrite) and by compatibility with older
 * code. Enums are compared by their values, which `values` returns. A type that is not known to fit counts as narrower.
 */
export function typeChange(
  from: SqlType,
  to: SqlType,
  values: (type: string) => readonly string[] | undefined = () => undefined,
): TypeChange {
  if (from.array !== to.array) return narrower;
  if (from.array && (from.name !== to.name || from.modifiers.join() !== to.modifiers.join())) {
    // Every array is rewritten, even if its elements stay the same.
    return { ...typeChange({ ...from, array: false }, { ...to, array: false }, values), rewrites: true };
  }
  if (from.name === to.name) return sameType(from, to);
  const [old, now] = [values(from.name), values(to.name)];
  if (old !== undefined && now !== undefined) return old.every((value) => now.includes(value)) ? wider : narrower;
  if (isText(from.name) && isText(to.name)) return lengthChange(limitOf(from), limitOf(to));
  if (from.name === 'cidr' && to.name === 'inet') return same;
  if (widerTypes[from.name]?.includes(to.name) !== true) return narrower;
  if (to.name === 'numeric') return integerDigits(to) >= (digits[from.name] ?? Infinity) ? wider : narrower;
  return to.name === 'varchar' && limitOf(to) < limitOf(from) ? narrower : wider;
}

function isText(name: string): boolean {
  return name === 'varchar' || name === 'text';
}

function limitOf({ name, modifiers }: SqlType): number {
  return name === 'text' ? Infinity : (modifiers[0] ?? Infinity);
}

function lengthChange(from: number, to: number): TypeChange {
  return to >= from ? same : narrower;
}

function sameType(from: SqlType, to: SqlType): TypeChange {
  switch (from.name) {
    case 'varchar':
    case 'varbit':
      return lengthChange(limitOf(from), limitOf(to));
    case 'bpchar':
      return (to.modifiers[0] ?? 1) >= (from.modifiers[0] ?? 1) ? padded(from, to) : narrower;
    case 'bit':
      return (to.modifiers[0] ?? 1) === (from.modifiers[0] ?? 1) ? same : narrower;
    case 'numeric':
      return numericChange(from, to);
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      // Fractional seconds have at most six digits, which is the default.
      return (to.modifiers.at(-1) ?? 6) >= (from.modifiers.at(-1) ?? 6) ? same : narrower;
    default:
      return from.modifiers.join() === to.modifiers.join() ? same : narrower;
  }
}

function padded(from: SqlType, to: SqlType): TypeChange {
  return from.modifiers[0] === to.modifiers[0] ? same : wider;
}

function numericChange(from: SqlType, to: SqlType): TypeChange {
  if (to.modifiers.length === 0) return same;
  if (from.modifiers.length === 0) return narrower;
  const [oldScale, newScale] = [from.modifiers[1] ?? 0, to.modifiers[1] ?? 0];
  if (newScale < oldScale || integerDigits(to) < integerDigits(from)) return narrower;
  return newScale === oldScale ? same : wider;
}

function integerDigits({ modifiers }: SqlType): number {
  const [precision, scale = 0] = modifiers;
  return precision === undefined ? Infinity : precision - scale;
}
