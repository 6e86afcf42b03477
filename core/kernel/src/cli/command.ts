import type { ExitCode } from '../error/exit-code.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Colors } from './colors.ts';

/** An argument that follows a command's name. */
export interface ArgumentSpec {
  readonly name: string;
  readonly about: string;
  /** Default: false. */
  readonly required?: boolean;
  /** Whether it takes all remaining words. Allowed only for the last argument. Default: false. */
  readonly many?: boolean;
  /** The words that a shell offers as completions. Default: none. */
  readonly complete?: 'branch' | 'active plugin' | 'inactive plugin' | readonly string[];
}

/** A `--flag` of a command. */
export interface OptionSpec {
  /** Without dashes. */
  readonly flag: string;
  /** The name of its value. Default: the option is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. {@link repeatedValues} returns its values. Default: the last one counts. */
  readonly many?: boolean;
  readonly about: string;
}

/** The arguments and options of a command. */
export interface Signature {
  readonly arguments?: readonly ArgumentSpec[];
  /** The options besides those that every command has. */
  readonly options?: readonly OptionSpec[];
}

/** A command. Each is a module that is imported only when the command is called. */
export interface Command extends Signature {
  /** The description in its help. It explains what the command does and what it leaves unchanged. */
  readonly about: string;
  /** One or more command lines to copy, each with its purpose. */
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** The meaning of its exit codes, besides those that every command has. */
  readonly exits?: readonly { readonly code: ExitCode; readonly about: string }[];
  /** Whether it runs code of plugins, such as their definitions or code revisions. Default: false. */
  readonly runsPlugins?: boolean;
  readonly run: (input: Input, context: Context) => Promise<Reply>;
}

/** The words of a command line, parsed according to the command's signature. */
export interface Input {
  /** The arguments, in order. */
  readonly operands: readonly string[];
  /** The flags of the switches that were given. */
  readonly switches: ReadonlySet<string>;
  /** The values of the other options, by flag. Those of a repeated option are lines. */
  readonly values: ReadonlyMap<string, string>;
}

/** Returns the values of an option that may be given several times. */
export function repeatedValues({ values }: Pick<Input, 'values'>, flag: string): readonly string[] {
  return values.get(flag)?.split('\n') ?? [];
}

/** Returns the values of an option after one more was given. */
export function withValue({ many = false }: OptionSpec, before: string | undefined, value: string): string {
  return many && before !== undefined ? `${before}\n${value}` : value;
}

/** The environment in which a command runs. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config`. */
  readonly config: string | undefined;
  /** `--json` or `--json-lines`: standard output contains only data, and no progress is shown. */
  readonly json: boolean;
  /** With `--json-lines`: writes an event to standard output, as one line. Otherwise `null`. */
  readonly emit: ((event: LineEvent) => void) | null;
  /** `--debug`. */
  readonly debug: boolean;
  /** Hides these texts in all further output. */
  readonly conceal: (secrets: readonly string[]) => void;
  /** Returns a text with the concealed texts redacted. */
  readonly redact: (text: string) => string;
  /** Standard error, for messages while a command runs. */
  readonly progress: ProgressStream;
  /**
   * Returns a signal for commands that must clean up before they end. Until this is called, an uncaught failure of a
   * plugin ends the process at once. Afterwards, the first such failure aborts the signal and becomes its reason.
   */
  readonly interruption: () => AbortSignal;
}

/** A line of `--json-lines`, to which the time is added. */
export interface LineEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The stream that progress is written to. */
export interface ProgressStream {
  readonly isTerminal: boolean;
  /** Writes text unchanged, except that concealed texts are redacted. */
  readonly write: (text: string) => void;
}

/** The outcome of a command. */
export interface Reply {
  /** Default: the exit code of `error`, else 0. */
  readonly exit?: ExitCode;
  /** For `--json`: the one document on standard output. */
  readonly json: unknown;
  /** The reply for people, without a trailing line break. Nothing is printed if it is empty. */
  readonly text: (colors: Colors) => string;
  /** The error that ended the command halfway. It is printed after `text`; `json` already holds it. */
  readonly error?: KernelError;
  /** Runs after the reply is printed, and returns the exit code. */
  readonly after?: () => Promise<ExitCode>;
}
