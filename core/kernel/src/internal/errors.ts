/**
 * Internal door `@headwater/kernel/internal/errors`, for `@headwater/dev` alone: the error factory for code tables, the
 * kernel's own errors and helpers for messages.
 */
export { errorFactory, errorGuard } from '../error/code-table.ts';
export type { ErrorFactory, ErrorGuard } from '../error/code-table.ts';
export { defineError } from '../error/define-error.ts';
export type { ErrorDefinition } from '../error/define-error.ts';
export { exitCode } from '../error/exit-code.ts';
export type { ExitCode } from '../error/exit-code.ts';
export { explainFileError } from '../error/file-error.ts';
export { isKernelError, kernelError } from '../error/kernel-codes.ts';
export type { KernelError } from '../error/kernel-error.ts';
export { nearestName } from '../error/nearest-name.ts';
export { quoteInput } from '../error/quote-input.ts';
export { shortMessage } from '../error/short-message.ts';
