import type { ExitCode } from '../error/exit-code.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Colors } from './colors.ts';

/** An argument that follows a command's name. */
export interface ArgumentSpec {
  readonly name: string;
  readonly about: string;
  /** Default: false. */
  readonly required?: boolean;
  /** Whether it takes all the words that follow. Only the last argument may. Default: false. */
  readonly many?: boolean;
  /** The words with which a shell completes it. Default: none. */
  readonly complete?: 'branch' | 'active plugin' | 'inactive plugin' | readonly string[];
}

/** A `--flag` of a command. */
export interface OptionSpec {
  /** Without dashes. */
  readonly flag: string;
  /** The name of its value. Without one the option is a switch. */
  readonly value?: string;
  readonly about: string;
}

/** The arguments and options of a command. */
export interface Signature {
  readonly arguments?: readonly ArgumentSpec[];
  /** Besides those that every command has. */
  readonly options?: readonly OptionSpec[];
}

/** A command. Each is a module that is only imported when the command is called. */
export interface Command extends Signature {
  /** The text of its help: what it does, and what it leaves alone. */
  readonly about: string;
  /** At least one line to copy, each with its purpose. */
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** The meaning of its exit codes, besides those that every command has. */
  readonly exits?: readonly { readonly code: ExitCode; readonly about: string }[];
  /** Whether it imports the code of plugins beyond their revisions. Default: false. */
  readonly runsPlugins?: boolean;
  readonly run: (input: Input, context: Context) => Promise<Reply>;
}

/** The words of a command line, read by the command's signature. */
export interface Input {
  /** The arguments, in order. */
  readonly operands: readonly string[];
  /** The flags of the switches that were given. */
  readonly switches: ReadonlySet<string>;
  /** The values of the other options, by flag. */
  readonly values: ReadonlyMap<string, string>;
}

/** The surroundings in which a command runs. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config`. */
  readonly config: string | undefined;
  /** `--json`: standard output gets the reply and nothing else, and there is no progress. */
  readonly json: boolean;
  /** `--debug`. */
  readonly debug: boolean;
  /** Hides these texts in everything that is printed from now on. */
  readonly conceal: (secrets: readonly string[]) => void;
  /** Returns a text without the concealed texts. */
  readonly redact: (text: string) => string;
  /** Standard error, for what happens while a command runs. */
  readonly progress: ProgressStream;
  /**
   * For a command that has something to close. Until this is called, an uncaught failure of a plugin ends the process at
   * once. From then on the first one aborts the signal, with the failure as its reason.
   */
  readonly interruption: () => AbortSignal;
}

/** The stream that progress is written to. */
export interface ProgressStream {
  readonly isTerminal: boolean;
  /** Writes text as it is, without the concealed texts. */
  readonly write: (text: string) => void;
}

/** The outcome of a command. */
export interface Reply {
  /** Default: the exit code of `error`, else 0. */
  readonly exit?: ExitCode;
  /** For `--json`: the one document on standard output. */
  readonly json: unknown;
  /** For people, without a line break at its end. Nothing is printed for an empty text. */
  readonly text: (colors: Colors) => string;
  /** The error that ended the command half-way. It is printed after `text`; `json` already holds it. */
  readonly error?: KernelError;
  /** Runs after the reply was printed, and returns the exit code. */
  readonly after?: () => Promise<ExitCode>;
}
