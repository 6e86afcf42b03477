import type { ExitCode } from './exit-code.ts';

/** One row of the table of codes: how an error with details `D` is told to people, and how the process ends. */
export interface CodeEntry<D> {
  readonly exit: ExitCode;
  /** What is wrong and where: file, JSON pointer, plugin or revision; what was found and what was expected. */
  readonly message: (details: D) => string;
  /** How to fix it, with a command to copy where there is one. */
  readonly hint: (details: D) => string;
  /** Whether anything was written. Default: «Nothing was written.» */
  readonly written?: (details: D) => string;
}

/** Infers `D`, so that a table of entries stays typed row by row. */
export function codeEntry<D>(entry: CodeEntry<D>): CodeEntry<D> {
  return entry;
}

/** Joins names for a sentence: `a`, `a and b`, `a, b and c`. */
export function listOf(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
