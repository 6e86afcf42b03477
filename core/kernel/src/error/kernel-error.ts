import type { CodeEntry } from './code-entry.ts';
import type { ExitCode } from './exit-code.ts';

/**
 * The only error that Headwater throws on purpose. Tools branch on `code` and read `details`; nobody parses `message`.
 * An error of another library is wrapped once, where it enters, and kept as `cause`. Made by the factory of a package's
 * code table (`kernelError`), never directly.
 */
export class KernelError<C extends string = string, D = unknown> extends Error {
  override readonly name = 'KernelError';
  readonly code: C;
  readonly details: D;
  readonly exitCode: ExitCode;
  readonly hint: string;
  /** Whether anything was written before the refusal, as a sentence. */
  readonly written: string;

  constructor(code: C, details: D, entry: CodeEntry<D>, options?: { readonly cause?: unknown }) {
    super(entry.message(details), options);
    this.code = code;
    this.details = details;
    this.exitCode = entry.exit;
    this.hint = entry.hint(details);
    this.written = entry.written?.(details) ?? 'Nothing was written.';
  }

  /** The same facts as data, for `--json`. The cause and the stack stay out: they may quote secrets. */
  toJSON(): { code: C; exitCode: ExitCode; message: string; hint: string; written: string; details: D } {
    const { code, exitCode, message, hint, written, details } = this;
    return { code, exitCode, message, hint, written, details };
  }
}
