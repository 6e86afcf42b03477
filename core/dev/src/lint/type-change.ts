import type { SqlType } from '@headwater/kernel/internal/sql';

/** The effect of a type change on a column. */
export interface TypeChange {
  /** Whether every old value fits the new type, so that the change neither fails nor loses a part of a value. */
  readonly fits: boolean;
  /** Whether code that was written for the old type works with the new one. */
  readonly compatible: boolean;
  /** Whether PostgreSQL rewrites the whole table. */
  readonly rewrites: boolean;
  /** Whether the new values depend on the session's time zone. If that is UTC, PostgreSQL does not rewrite the table. */
  readonly byTimeZone?: boolean;
}

const same: TypeChange = { fits: true, compatible: true, rewrites: false };
const wider: TypeChange = { fits: true, compatible: true, rewrites: true };
// Every type has a text form.
const otherForm: TypeChange = { fits: true, compatible: false, rewrites: true };
const narrower: TypeChange = { fits: false, compatible: false, rewrites: true };

/** Maps each type to the types that can hold all of its values and that code uses in the same way. */
const widerTypes: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8'],
  int4: ['int8', 'numeric', 'float8'],
  int8: ['numeric'],
  float4: ['float8'],
  bpchar: ['varchar', 'text'],
  name: ['text', 'varchar'],
  timestamp: ['timestamptz'],
  time: ['timetz'],
  // Only functions tell them apart, as they do with integers of different sizes.
  json: ['jsonb'],
};

/** Maps each type to the types that have a form of all of its values, but that code uses with other functions. */
const otherForms: Readonly<Record<string, readonly string[]>> = {
  date: ['timestamp', 'timestamptz'],
  // It has no equality.
  jsonb: ['json'],
};

/** Decimal digits of the integer types. */
const digits: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };

/** Returns the values of enums: of a type before the change, and after it. */
export interface EnumValues {
  readonly of: (type: string) => readonly string[] | undefined;
  readonly now: (type: string) => readonly string[] | undefined;
}

/**
 * Classifies a type change by PostgreSQL's no-op casts (ATColumnChangeRequiresRewrite) and by compatibility with older
 * code. Enums are compared by their values. A type that is not known to fit counts as narrower.
 */
export function typeChange(
  from: SqlType,
  to: SqlType,
  values: EnumValues = { of: () => undefined, now: () => undefined },
): TypeChange {
  if (from.array !== to.array) return narrower;
  if (from.array && (from.name !== to.name || from.modifiers.join() !== to.modifiers.join())) {
    // Every array is rewritten, even if its elements stay the same.
    return { ...typeChange({ ...from, array: false }, { ...to, array: false }, values), rewrites: true };
  }
  if (from.name === to.name) return sameType(from, to);
  const [old, now] = [values.of(from.name), values.now(to.name)];
  if (old !== undefined && now !== undefined) return old.every((value) => now.includes(value)) ? wider : narrower;
  if (isText(from.name) && isText(to.name)) return lengthChange(limitOf(from), limitOf(to));
  if (from.name === 'cidr' && to.name === 'inet') return same;
  // Values are padded with spaces.
  if (from.name === 'varchar' && to.name === 'bpchar')
    return limitOf(from) <= (to.modifiers[0] ?? 1) ? otherForm : narrower;
  if (isText(from.name) && to.name === 'citext') return same;
  if (from.name === 'citext' && isText(to.name)) return lengthChange(Infinity, limitOf(to));
  if (widerTypes[from.name]?.includes(to.name) !== true) {
    const hasForm = isText(to.name) ? limitOf(to) === Infinity : otherForms[from.name]?.includes(to.name) === true;
    return hasForm ? otherForm : narrower;
  }
  if (from.name === 'timestamp')
    return precisionOf(to) >= precisionOf(from) ? { ...wider, byTimeZone: true } : narrower;
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
      return precisionOf(to) >= precisionOf(from) ? same : narrower;
    default:
      return from.modifiers.join() === to.modifiers.join() ? same : narrower;
  }
}

function precisionOf({ modifiers }: SqlType): number {
  return modifiers.at(-1) ?? 6;
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
