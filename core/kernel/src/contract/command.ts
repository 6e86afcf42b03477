import type { Get } from './bind.ts';
import { contributionPoint } from './contribution-point.ts';
import type { PluginLog } from './define-plugin.ts';

/** A positional argument of a command. */
export interface CommandArgument {
  /** The name shown in the usage line: `<user>`. */
  readonly name: string;
  /** A short description for the help text. */
  readonly about: string;
  /** Whether the argument must be given. Default: false. */
  readonly required?: boolean;
  /** Whether the argument takes all remaining words. Only the last argument may. Default: false. */
  readonly many?: boolean;
}

/** An option of a command: `--flag` or `--flag <value>`. */
export interface CommandOption {
  /** The name of the flag, without dashes. */
  readonly flag: string;
  /** The name of its value, shown in the usage line. Default: the option is a switch and takes no value. */
  readonly value?: string;
  /** A short description for the help text. */
  readonly about: string;
}

/** The argument of a command's `run`, which is called in a new database context once the application has booted. */
export interface CommandContext {
  /** Resolves services and contributions as the plugin that contributed the command. */
  readonly get: Get;
  /** The application's log, tagged with the plugin's name. */
  readonly log: PluginLog;
  /** The positional arguments, in order. */
  readonly operands: readonly string[];
  /** The options that were given, by flag. A switch has the value `true`. */
  readonly values: Readonly<Record<string, string | true>>;
  /** Aborted on SIGINT and SIGTERM, and when background work that a plugin left running fails. */
  readonly signal: AbortSignal;
}

/** The output of a command. */
export interface CommandReply {
  /** The output for people, without a trailing line break. */
  readonly text: string;
  /** The output for `--json`. Default: `{ text }`. */
  readonly data?: unknown;
}

/**
 * A command that a plugin adds to `npx kernel`. The plugin's package.json must list it too, so that `kernel` finds it
 * without loading any code: `"headwater": { "commands": { "likes:recount": "recount all likes" } }`.
 */
export interface PluginCommand {
  /** `plugin:verb`, where `plugin` is the contributing plugin. */
  readonly name: string;
  /** A description for the help text, in one or two sentences. */
  readonly about: string;
  /** The positional arguments, in order. Default: none. */
  readonly arguments?: readonly CommandArgument[];
  /** The options. Default: only those that every command has. */
  readonly options?: readonly CommandOption[];
  /** Imports the module that runs the command. Called only when the command runs. */
  readonly load: () => Promise<{ readonly run: (context: CommandContext) => Promise<CommandReply> }>;
}

/**
 * The contribution point for commands. Contribute a command itself, not a function that creates one, because its name
 * must be known before a database connection is opened.
 *
 * @example
 * bind({ contribute }) {
 *   contribute(Commands, {
 *     name: 'likes:recount',
 *     about: 'Counts the likes of every object, and corrects the counts that differ.',
 *     load: () => import('./recount.ts'),
 *   });
 * }
 */
export const Commands = contributionPoint<PluginCommand>('kernel.commands', { key: ({ name }) => name });
