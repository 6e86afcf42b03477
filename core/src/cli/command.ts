import type { Io } from './io.ts';

/** What every command gets besides its own arguments. */
export interface Invocation {
  readonly io: Io;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config`. */
  readonly config: string | undefined;
  readonly json: boolean;
  readonly debug: boolean;
  /** Positional arguments, flattened, in order. */
  readonly args: readonly string[];
  /** Whether a flag was given. */
  readonly flag: (name: string) => boolean;
  /** The value of an option that takes one. */
  readonly value: (name: string) => string | undefined;
}

/** The module of a command: imported only when it runs. Gives the exit code. */
export interface CommandModule {
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** A command as the command line knows it before it runs. */
export interface CommandSpec {
  readonly name: string;
  /** In commander's notation: `[target...]`, `<name>`. */
  readonly args: readonly (readonly [name: string, description: string])[];
  readonly summary: string;
  /** Flags beyond those that every command has, in commander's notation. */
  readonly flags: readonly (readonly [flags: string, description: string])[];
  /** What it does, beyond the summary. */
  readonly about: string;
  /** Command lines to copy, without the leading `npx`. */
  readonly examples: readonly string[];
  /** Exit codes worth knowing, besides 0. */
  readonly exits: readonly (readonly [code: number, meaning: string])[];
  readonly load: () => Promise<CommandModule>;
}
