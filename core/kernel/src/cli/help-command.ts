import { kernelPackage } from '../plugin/kernel-package.ts';
import { exitCode } from '../error/exit-code.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { Command, Context, Reply } from './command.ts';
import type { CrashHandler } from './crash-handler.ts';
import { findCommand, usageError } from './find-command.ts';
import { helpOf, helpOfAll } from './help.ts';
import { knownPluginCommands } from './plugin-commands.ts';
import { splitCommandLine, type CommandLine } from './simple-parser.ts';

const generalFlags: readonly string[] = ['--help', '-h', '--version', '--json', '--debug', '--config'];

/** Runs `kernel help [command]`, and command lines without a command: `kernel --help`, `kernel --version`, `kernel`. */
export async function runHelp({ name, words }: CommandLine, context: Context, crashes: CrashHandler): Promise<Reply> {
  const { name: topic, words: flags } = splitCommandLine(words);
  if (name === 'help' && topic !== null) return helpReply(topic, await findCommand(topic, flags, context, crashes));
  const strange = flags.find((flag, i) => !generalFlags.includes(flag) && flags[i - 1] !== '--config');
  if (strange !== undefined) throw usageError(`kernel has no option ${strange}`, nearestName(strange, generalFlags));
  if (name === null && words.includes('--version')) return replyWith('version', kernelPackage().version);
  const help = (): string => helpOfAll(knownPluginCommands(context));
  if (name === 'help' || words.includes('--help') || words.includes('-h')) return replyWith('help', help());
  if (words.length > 0) throw usageError('kernel needs a command');
  // Help was not requested, so it is printed on standard error, and standard output stays empty.
  context.progress.write(`${help()}\n`);
  return { exit: exitCode.usage, json: null, text: () => '' };
}

/** Replies with the help of one command. */
export function helpReply(name: string, command: Command): Reply {
  return replyWith('help', helpOf(name, command));
}

function replyWith(key: 'help' | 'version', text: string): Reply {
  return { json: { [key]: text }, text: () => text };
}
