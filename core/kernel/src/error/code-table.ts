import type { ErrorDefinition } from './define-error.ts';
import { KernelError } from './kernel-error.ts';

/** A package's error codes, each with its message, hint and exit code. */
export type CodeTable = Readonly<Record<string, ErrorDefinition<never>>>;

/** The details of an error with the code `C`. */
export type DetailsIn<T extends CodeTable, C extends keyof T> = Parameters<T[C]['message']>[0];

/** Creates errors from one code table: `throw kernelError('CONFIG_NOT_FOUND', { … })`. */
export type ErrorFactory<T extends CodeTable> = <C extends keyof T & string>(
  code: C,
  details: DetailsIn<T, C>,
  options?: { readonly cause?: unknown },
) => KernelError<C, DetailsIn<T, C>>;

/**
 * Returns the error factory of a package, typed by its code table, which is asked for when an error is created. Each
 * package that throws errors has one.
 */
export function errorFactory<T extends CodeTable>(table: () => T): ErrorFactory<T> {
  return (code, details, options) => {
    // The row for `code` takes exactly these details. TypeScript cannot infer that through the index.
    const definition = table()[code] as unknown as ErrorDefinition<typeof details>;
    return new KernelError(code, details, definition, options);
  };
}

/** Returns whether an error is a {@link KernelError} with the given code, if any. */
export interface ErrorGuard<T extends CodeTable> {
  (error: unknown): error is KernelError;
  <C extends keyof T & string>(error: unknown, code: C): error is KernelError<C, DetailsIn<T, C>>;
}

/** Returns the type guard for errors of {@link errorFactory}. */
export function errorGuard<T extends CodeTable>(): ErrorGuard<T> {
  return ((error: unknown, code?: string) =>
    error instanceof KernelError && (code === undefined || error.code === code)) as ErrorGuard<T>;
}
