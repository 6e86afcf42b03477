import type { ExitCode } from '../error/exit-code.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Paint } from './paint.ts';

/** What follows a command's name. */
export interface ArgumentSpec {
  readonly name: string;
  readonly about: string;
  /** Default: it may be left out. */
  readonly required?: boolean;
  /** Whether it takes all that follow. Only the last one may. */
  readonly many?: boolean;
  /** What a shell completes it with. */
  readonly complete?: 'branch' | 'active plugin' | 'inactive plugin' | readonly string[];
}

/** A `--flag` of a command. */
export interface OptionSpec {
  /** Without dashes. */
  readonly flag: string;
  /** The name of its value; without one it is a switch. */
  readonly value?: string;
  readonly about: string;
}

/** What a command takes. */
export interface Shape {
  readonly arguments?: readonly ArgumentSpec[];
  /** Beside those that every command has. */
  readonly options?: readonly OptionSpec[];
}

/** A command, in a module of its own that is only imported when it is asked for. */
export interface Command extends Shape {
  /** What it does and what it leaves alone, for its help. */
  readonly about: string;
  /** At least one line to copy, with what it is for. */
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** What its exit codes mean, beside those that every command has. */
  readonly exits?: readonly { readonly code: ExitCode; readonly about: string }[];
  /** Whether it imports the code of plugins beyond their revisions. Default: it does not. */
  readonly runsPlugins?: boolean;
  readonly run: (input: Input, context: Context) => Promise<Reply>;
}

/** What was given to a command, by its own shape and that of every command. */
export interface Input {
  /** The arguments, in order. */
  readonly operands: readonly string[];
  /** The switches that were given. */
  readonly switches: ReadonlySet<string>;
  /** The values of those that have one. */
  readonly values: ReadonlyMap<string, string>;
}

/** Where a command runs. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config`. */
  readonly config: string | undefined;
  /** `--json`: nothing but the reply goes to standard output, and no progress anywhere. */
  readonly json: boolean;
  /** `--debug`. */
  readonly debug: boolean;
  /** Never to be shown from now on, whatever is printed. */
  readonly conceal: (secrets: readonly string[]) => void;
  /** A text without what must not be shown. */
  readonly redact: (text: string) => string;
  /** Standard error, for what happens while a command runs. */
  readonly progress: ProgressStream;
  /**
   * For a command that has something to close. What plugins leave behind, and fails with nobody to catch it, ends the
   * process at once until this is called; from then on the first such failure aborts the signal, as its reason.
   */
  readonly interruption: () => AbortSignal;
}

/** Where progress goes. */
export interface ProgressStream {
  /** Whether a person watches. */
  readonly isTerminal: boolean;
  /** Writes text as it is, less what must not be shown. */
  readonly write: (text: string) => void;
}

/** What a command came to. */
export interface Reply {
  /** Default: that of `error`, else 0. */
  readonly exit?: ExitCode;
  /** For `--json`: the one document on standard output. */
  readonly json: unknown;
  /** For people, without a line break at its end. Empty: nothing. */
  readonly text: (paint: Paint) => string;
  /** What ended it half-way, told after `text`; `json` holds it already. */
  readonly error?: KernelError;
  /** What it does after its reply was printed, and how it ends then. */
  readonly after?: () => Promise<ExitCode>;
}
