import type { ExitCode } from '../error/exit-code.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { Command, Context, Input, Reply } from './command.ts';
import { commandNamed } from './command-table.ts';
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
  const watch = openWatch((error) => process.exit(console.fail(error)));
  const { name, rest } = splitWords(argv);
  try {
    const reply = await replyTo(name, rest, watch, (input) => ({
      cwd: process.cwd(),
      env,
      config: input.values.get('config'),
      json: input.switches.has('json'),
      debug: input.switches.has('debug'),
      conceal: console.conceal,
      redact: console.redact,
      progress: console.progress,
      interruption: watch.interruption,
    }));
    const exit = await console.print(reply);
    return reply.after === undefined ? exit : await reply.after();
  } catch (error) {
    return await console.refuse(refusalOf(error));
  } finally {
    watch.end(console.progress);
  }
}

async function replyTo(
  name: string | null,
  rest: readonly string[],
  watch: Watch,
  contextOf: (input: Input) => Context,
): Promise<Reply> {
  if (name === null || name === 'help') return general(name, rest);
  const command = await commandOf(name, rest);
  const input = readPlain(command, rest) ?? (await import('./parser.ts')).parse(name, command, rest);
  if (input.switches.has('help')) return told('help', (await import('./help.ts')).helpOf(name, command));
  // What nobody catches leaves nothing that is known: the database rolls back what was not committed.
  if (command.runsPlugins === true) watch.guard((await import('../kernel/guard-process.ts')).guardProcess);
  else process.on('uncaughtException', watch.fail);
  return command.run(input, contextOf(input));
}

/** What is asked of no command: `--version`, `--help`, `help`. */
async function general(name: string | null, rest: readonly string[]): Promise<Reply> {
  const { helpOf, helpOfAll } = await import('./help.ts');
  const { name: about, rest: flags } = splitWords(rest);
  if (name === 'help' && about !== null) return told('help', helpOf(about, await commandOf(about, flags)));
  const strange = flags.find((flag, i) => !generalFlags.has(flag) && flags[i - 1] !== '--config');
  if (strange !== undefined) throw usageError(`kernel has no option ${strange}.`);
  if (name === null && rest.includes('--version')) {
    const { kernelPackage } = await import('../kernel/kernel-package.ts');
    return told('version', kernelPackage().version);
  }
  if (name === null && !rest.includes('--help') && !rest.includes('-h')) throw usageError('kernel needs a command.');
  return told('help', helpOfAll());
}

const generalFlags: ReadonlySet<string> = new Set(['--help', '-h', '--version', '--json', '--debug', '--config']);

function told(key: 'help' | 'version', text: string): Reply {
  return { json: { [key]: text }, text: () => text };
}

async function commandOf(name: string, rest: readonly string[]): Promise<Command> {
  const entry = commandNamed(name);
  if (entry !== undefined) return entry.load();
  const { nearestCommand } = await import('./nearest-command.ts');
  const close = nearestCommand(name, rest);
  throw usageError(`kernel has no command "${name}"${close === null ? '.' : `; did you mean ${close}?`}`);
}

function usageError(what: string): KernelError<'USAGE'> {
  return new KernelError('USAGE', { what, usage: null, command: null });
}
