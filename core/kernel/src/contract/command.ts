import type { Get } from './bind.ts';
import { contributionPoint } from './contribution-point.ts';
import type { PluginLog } from './define-plugin.ts';

/** An argument of a command, in order. */
export interface CommandArgument {
  readonly name: string;
  readonly about: string;
  /** Default: it may be left out. */
  readonly required?: boolean;
  /** Whether it takes all that follow. Only the last one may. */
  readonly many?: boolean;
}

/** A `--flag` of a command. */
export interface CommandOption {
  /** Without dashes. */
  readonly flag: string;
  /** The name of its value; without one it is a switch. */
  readonly value?: string;
  readonly about: string;
}

/** What a command gets: the application is booted, and it runs in a database context of its own. */
export interface CommandContext {
  /** Asks for what plugins bound and contributed, as this plugin. */
  readonly get: Get;
  readonly log: PluginLog;
  /** The arguments, in order. */
  readonly operands: readonly string[];
  /** The values of options, by flag; `true` for a switch that was given. */
  readonly values: Readonly<Record<string, string | true>>;
  /** Aborted by SIGINT and SIGTERM, and when something that a plugin left behind fails. */
  readonly signal: AbortSignal;
}

/** What a command came to. */
export interface CommandReply {
  /** For people, without a line break at its end. */
  readonly text: string;
  /** For `--json`. Default: the text, under `text`. */
  readonly data?: unknown;
}

/** A command that a plugin adds to `kernel`. Its package.json lists it too: `"headwater": { "commands": { name: summary } }`. */
export interface PluginCommand {
  /** `plugin:verb`, with the contributing plugin's name. */
  readonly name: string;
  /** What it does, in a sentence or two, for its help. */
  readonly about: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Imports what runs it: `() => import('./commands/recount.ts')`. Only called when the command is. */
  readonly load: () => Promise<{ readonly run: (context: CommandContext) => Promise<CommandReply> }>;
}

/** Where plugins contribute commands, as values rather than functions. */
export const Commands = contributionPoint<PluginCommand>('kernel.commands', { key: ({ name }) => name });
