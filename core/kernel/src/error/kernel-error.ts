import type { ErrorDefinition } from './define-error.ts';
import type { ExitCode } from './exit-code.ts';

/**
 * The only error that Headwater throws on purpose. Programs branch on `code` and read `details`; the texts are for
 * people and may change in any release. An error from another library is wrapped at the point where it first appears,
 * and kept as `cause`. Instances are created by the factory of a code table (`kernelError`), never directly.
 *
 * @example
 * try {
 *   await boot();
 * } catch (error) {
 *   if (!isKernelError(error)) throw error;
 *   console.error(`${error.code}: ${error.message}\n${error.hint}\n${error.written}`);
 *   process.exitCode = error.exitCode;
 * }
 */
export class KernelError<C extends string = string, D = unknown> extends Error {
  override readonly name = 'KernelError';
  /** The code, stable across releases: `CONFIG_NOT_FOUND`. */
  readonly code: C;
  /** The values in the message, as data. Their shape depends on `code`. */
  readonly details: D;
  /** The exit code of the `kernel` command for this error. */
  readonly exitCode: ExitCode;
  /** How to fix it, with a command to copy if there is one. */
  readonly hint: string;
  /** A sentence that states whether anything was written to the database or to files. */
  readonly written: string;

  constructor(code: C, details: D, definition: ErrorDefinition<D>, options?: { readonly cause?: unknown }) {
    super(definition.message(details), options);
    this.code = code;
    this.details = details;
    this.exitCode = definition.exit;
    this.hint = definition.hint(details);
    this.written = definition.written?.(details) ?? 'Nothing was written.';
  }

  /** Returns the error as data, for `--json`. Leaves out the cause and the stack, which may contain secrets. */
  toJSON(): { code: C; exitCode: ExitCode; message: string; hint: string; written: string; details: D } {
    const { code, exitCode, message, hint, written, details } = this;
    return { code, exitCode, message, hint, written, details };
  }
}
