import { exitCode, type ExitCode } from '../error/exit-code.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearest } from '../error/nearest.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import type { Command, Context, Input, Reply } from './command.ts';
import { commandNamed, commandTable } from './command-table.ts';
import { openConsole } from './console.ts';
import { refusalOf } from './refusal.ts';
import { readPlain, splitWords } from './shape.ts';
import { openWatch, type Watch } from './watch.ts';

/**
 * The command `kernel`: reads `argv` (without Node and script), runs what it asks for, prints, and gives the exit code.
 * Never throws. What a run loads is what its command needs: the parser and help are for whoever needs explaining.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const { env } = process;
  const has = (flag: string): boolean => argv.includes(flag);
  const console = openConsole({ json: has('--json'), debug: has('--debug'), env });
  const watch = openWatch((error) => process.exit(console.refuse(error)));
  const { name, rest } = splitWords(argv);
  try {
    const reply = await replyTo(name, rest, watch, {
      cwd: process.cwd(),
      env,
      config: configIn(argv),
      json: has('--json'),
      debug: has('--debug'),
      conceal: console.conceal,
      redact: console.redact,
      progress: console.progress,
      interruption: watch.interruption,
    });
    const exit = console.print(reply);
    return reply.after === undefined ? exit : await reply.after();
  } catch (error) {
    return console.refuse(refusalOf(error));
  } finally {
    watch.end(console.progress);
  }
}

async function replyTo(name: string | null, rest: readonly string[], watch: Watch, context: Context): Promise<Reply> {
  if (name === null || name === 'help') return general(name, rest, watch, context);
  const command = await commandOf(name, rest, watch, context);
  const input = readPlain(command, rest) ?? (await import('./parser.ts')).parse(name, command, rest);
  if (input.switches.has('help')) return told('help', (await import('./help.ts')).helpOf(name, command));
  // What nobody catches leaves nothing that is known: the database rolls back what was not committed.
  if (command.runsPlugins === true) watch.guard((await import('../boot/guard-process.ts')).guardProcess);
  else process.on('uncaughtException', watch.fail);
  return command.run(input, contextFor(input, context));
}

/** What is asked of no command: `--version`, `--help`, `help`. */
async function general(name: string | null, rest: readonly string[], watch: Watch, context: Context): Promise<Reply> {
  const { helpOf, helpOfAll } = await import('./help.ts');
  const { name: about, rest: flags } = splitWords(rest);
  if (name === 'help' && about !== null)
    return told('help', helpOf(about, await commandOf(about, flags, watch, context)));
  const strange = flags.find((flag, i) => !generalFlags.includes(flag) && flags[i - 1] !== '--config');
  if (strange !== undefined) throw usageError(`kernel has no option ${strange}`, nearest(strange, generalFlags));
  if (name === null && rest.includes('--version')) {
    return told('version', kernelPackage().version);
  }
  const { knownPluginCommands } = await import('./plugin-commands.ts');
  const help = (): string => helpOfAll(knownPluginCommands(context));
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) return told('help', help());
  if (rest.length > 0) throw usageError('kernel needs a command');
  // Nothing was asked, so nothing is the answer; what could be asked is told beside it.
  context.progress.write(`${help()}\n`);
  return { exit: exitCode.usage, json: null, text: () => '' };
}

const generalFlags: readonly string[] = ['--help', '-h', '--version', '--json', '--debug', '--config'];

function told(key: 'help' | 'version', text: string): Reply {
  return { json: { [key]: text }, text: () => text };
}

async function commandOf(name: string, rest: readonly string[], watch: Watch, context: Context): Promise<Command> {
  const entry = commandNamed(name);
  if (entry !== undefined) return entry.load(context);
  const { knownPluginCommands, pluginCommands } = await import('./plugin-commands.ts');
  // Only what looks like one of a plugin is worth a refusal of the config.
  const declared = name.includes(':') && !isKernelGroup(name) ? pluginCommands(context) : knownPluginCommands(context);
  const found = declared.find((one) => one.name === name);
  if (found !== undefined) {
    // What it takes is known to its plugin's code alone.
    watch.guard((await import('../boot/guard-process.ts')).guardProcess);
    return (await import('./run-plugin-command.ts')).loadPluginCommand(found, context);
  }
  const { nearestCommand } = await import('./nearest-command.ts');
  const names = declared.map((one) => one.name);
  throw usageError(`kernel has no command "${name}"`, nearestCommand(name, rest, names));
}

/** `migrate:`, `plugin:`, `config:`: a slip in one of those is none of a plugin. */
function isKernelGroup(name: string): boolean {
  return commandTable.some((entry) => entry.name.startsWith(name.slice(0, name.indexOf(':') + 1)));
}

/** Options may stand before the command's name, and a value be joined to its flag. */
function configIn(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--config');
  return at < 0 ? argv.find((word) => word.startsWith('--config='))?.slice('--config='.length) : argv[at + 1];
}

/** What its parser made of the words holds. */
function contextFor({ values, switches }: Input, context: Context): Context {
  return { ...context, config: values.get('config'), json: switches.has('json'), debug: switches.has('debug') };
}

function usageError(what: string, close: string | null = null): KernelError {
  const sentence = close === null ? `${what}.` : `${what}; did you mean ${close}?`;
  return kernelError('USAGE', { what: sentence, usage: null, command: null });
}
