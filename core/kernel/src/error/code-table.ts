import type { CodeEntry } from './code-entry.ts';
import { KernelError } from './kernel-error.ts';

/** A package's error codes, each with its message, hint and exit code. */
export type CodeTable = Readonly<Record<string, CodeEntry<never>>>;

/** The facts that an error of code `C` carries. */
export type DetailsIn<T extends CodeTable, C extends keyof T> = Parameters<T[C]['message']>[0];

/** Makes the errors of one code table: `throw kernelError('CONFIG_NOT_FOUND', { … })`. */
export type ErrorFactory<T extends CodeTable> = <C extends keyof T & string>(
  code: C,
  details: DetailsIn<T, C>,
  options?: { readonly cause?: unknown },
) => KernelError<C, DetailsIn<T, C>>;

/** The error factory of a package, typed by its code table. Each package that throws has one. */
export function errorFactory<T extends CodeTable>(table: T): ErrorFactory<T> {
  return (code, details, options) => {
    // The row for `code` takes exactly these details; TypeScript cannot follow that through the index.
    const entry = table[code] as unknown as CodeEntry<typeof details>;
    return new KernelError(code, details, entry, options);
  };
}

/** Tells whether an error is one of a code table: any of its errors, or the one called `code`. */
export interface ErrorGuard<T extends CodeTable> {
  (error: unknown): error is KernelError;
  <C extends keyof T & string>(error: unknown, code: C): error is KernelError<C, DetailsIn<T, C>>;
}

/** The guard that goes with {@link errorFactory}; the table only gives it its types. */
export function errorGuard<T extends CodeTable>(_table: T): ErrorGuard<T> {
  return ((error: unknown, code?: string) =>
    error instanceof KernelError && (code === undefined || error.code === code)) as ErrorGuard<T>;
}
