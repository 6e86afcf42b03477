import { codeTable } from './code-table.ts';
import type { CodeEntry } from './code-entry.ts';
import type { ExitCode } from './exit-code.ts';

/** The name of an error, stable across releases. */
export type Code = keyof typeof codeTable;

/** The facts that an error of code `C` carries. */
export type Details<C extends Code> = Parameters<(typeof codeTable)[C]['message']>[0];

/**
 * The only error that Headwater throws on purpose. Tools branch on `code` and read `details`; nobody parses `message`.
 * A foreign error is wrapped once, where it enters, and kept as `cause`.
 */
export class KernelError<C extends Code = Code> extends Error {
  override readonly name = 'KernelError';
  readonly code: C;
  readonly details: Details<C>;
  readonly exitCode: ExitCode;
  readonly hint: string;
  /** Whether anything was written before the refusal, as a sentence. */
  readonly written: string;

  constructor(code: C, details: Details<C>, options?: { readonly cause?: unknown }) {
    // The table's row for C takes exactly Details<C>; TypeScript cannot follow that through the index.
    const entry = codeTable[code] as CodeEntry<Details<C>>;
    super(entry.message(details), options);
    this.code = code;
    this.details = details;
    this.exitCode = entry.exit;
    this.hint = entry.hint(details);
    this.written = entry.written?.(details) ?? 'Nothing was written.';
  }

  /** The same facts as data, for `--json`. The cause and the stack stay out: they may quote what must not be shown. */
  toJSON(): { code: C; exitCode: ExitCode; message: string; hint: string; written: string; details: Details<C> } {
    const { code, exitCode, message, hint, written, details } = this;
    return { code, exitCode, message, hint, written, details };
  }
}

/** Whether `error` is a {@link KernelError}, of `code` if one is given. */
export function isKernelError<C extends Code = Code>(error: unknown, code?: C): error is KernelError<C> {
  return error instanceof KernelError && (code === undefined || error.code === code);
}
