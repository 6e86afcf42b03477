import type { ExitCode } from './exit-code.ts';

/** One row of a code table: how an error with the details `D` is reported, and its exit code. */
export interface ErrorDefinition<D> {
  readonly exit: ExitCode;
  /**
   * States the problem, its location (file, JSON pointer, plugin or revision), what was found and what was expected.
   */
  readonly message: (details: D) => string;
  /** States how to fix the error, with a command to copy if there is one. */
  readonly hint: (details: D) => string;
  /** States whether anything was written. Default: "Nothing was written." */
  readonly written?: (details: D) => string;
}

/**
 * Defines one error of a code table. `D` is inferred from the row's `message`, so each row has its own type of details.
 *
 * @example
 * CONFIG_EXISTS: defineError({
 *   exit: exitCode.config,
 *   message: (d: { file: string }) => `${d.file} exists already.`,
 *   hint: (d) => `Edit it, or remove it first: rm ${d.file}`,
 * }),
 */
export function defineError<D>(definition: ErrorDefinition<D>): ErrorDefinition<D> {
  return definition;
}
