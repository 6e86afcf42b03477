import type { Level, Rule } from './rule.ts';

/** Something in a revision that lint found. */
export interface Finding {
  readonly plugin: string;
  readonly revision: string;
  /** The revision file, or the manifest it was read from. */
  readonly file: string;
  /** Its line in that file, from 1; `null` where the SQL is not in the file as it is. */
  readonly line: number | null;
  /** The statement; `null` where it is about the whole revision. */
  readonly statement: string | null;
  readonly rule: Rule;
  readonly level: Level;
  readonly message: string;
  /** The safer form, to copy; `null` where there is none. */
  readonly safer: string | null;
}

/** A finding before it is known where in the file it is, and whether it is allowed. */
export interface Discovery {
  readonly rule: Rule;
  readonly message: string;
  readonly safer: string | null;
  /** Where it is; `null` for the whole revision. */
  readonly at: Place | null;
}

/** A statement in one of a revision's texts. */
export interface Place {
  /** The whole text. */
  readonly sql: string;
  readonly statement: string;
  /** Of the statement in the text, from 1. */
  readonly line: number;
}
