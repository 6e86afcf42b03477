import { requireModule } from '../runtime/require-module.ts';
import { errorFactory, errorGuard, type DetailsIn, type ErrorFactory, type ErrorGuard } from './code-table.ts';
import type { kernelCodes } from './codes/all.ts';

/** The code of a kernel error, like `DATABASE_UNREACHABLE`. Codes are stable across releases. */
export type Code = keyof typeof kernelCodes;

/**
 * The details of a kernel error with the code `C`.
 *
 * @example
 * type Unreachable = Details<'DATABASE_UNREACHABLE'>; // { database: string; reason: string; connected: boolean }
 */
export type Details<C extends Code> = DetailsIn<typeof kernelCodes, C>;

let loaded: { readonly kernelCodes: typeof kernelCodes } | null = null;

/**
 * Loads the table when the first error is created, because most processes create none: V8 takes a third as long for these
 * texts as for all that `open` imports.
 */
function table(): typeof kernelCodes {
  loaded ??= requireModule('error/codes/all') as { readonly kernelCodes: typeof kernelCodes };
  return loaded.kernelCodes;
}

/** Creates a kernel error: `throw kernelError('CONFIG_NOT_FOUND', { … })`. */
export const kernelError: ErrorFactory<typeof kernelCodes> = errorFactory(table);

/**
 * Returns whether `error` is a {@link KernelError} and, if `code` is given, has that code.
 *
 * @example
 * if (isKernelError(error, 'DATABASE_UNREACHABLE')) retryLater(error.details.database);
 */
export const isKernelError: ErrorGuard<typeof kernelCodes> = errorGuard<typeof kernelCodes>();
