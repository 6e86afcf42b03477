import type { ExitCode } from '../error/exit-code.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { allowSources } from '../runtime/source-condition.ts';
import type { Context, Input, Reply } from './command.ts';
import { openConsole } from './console.ts';
import { handleCrashes, noCrashHandler, type CrashHandler } from './crash-handler.ts';
import { asKernelError } from './error-text.ts';
import { findCommand } from './find-command.ts';
import { parseSimple, splitCommandLine } from './simple-parser.ts';

/** The changes that the command line may make to the process that it runs in. */
export interface MainOptions {
  /**
   * Whether the process exists only for this command, like that of `bin/kernel.js`. Then an uncaught failure is
   * reported as an error, and the process ends with the command. Default: false, which adds no listeners to the
   * process.
   */
  readonly ownsProcess?: boolean;
  /** Whether linked packages may run from their sources, which requires a resolution hook. Default: false. */
  readonly runsSources?: boolean;
}

/**
 * Runs the `kernel` command: parses `argv` (without Node and script), runs the named command, prints its reply, and
 * returns the exit code. Never throws. Each command loads only the modules that it needs; commander and help are loaded
 * only when an explanation is needed.
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<ExitCode> {
  const { ownsProcess = false, runsSources = false } = options;
  if (runsSources) allowSources();
  const { env } = process;
  const [json, debug] = [argv.includes('--json'), argv.includes('--debug')];
  const lines = argv.includes('--json-lines');
  const console = openConsole({ json: json || lines, lines, debug, env, ownsProcess });
  const crashes = ownsProcess ? handleCrashes((error) => process.exit(console.printError(error))) : noCrashHandler;
  const { conceal, redact, progress, emit } = console;
  const { interruption } = crashes;
  const context = {
    cwd: process.cwd(),
    env,
    config: configIn(argv),
    json: json || lines,
    emit: lines ? emit : null,
    debug,
    conceal,
    redact,
    progress,
    interruption,
  };
  try {
    const reply = await run(argv, context, crashes);
    const exit = console.print(reply);
    return reply.after === undefined ? exit : await reply.after();
  } catch (error) {
    return console.printError(await explained(asKernelError(error), context));
  } finally {
    crashes.end(progress);
  }
}

async function explained(error: KernelError, context: Context): Promise<KernelError> {
  if (!isKernelError(error, 'PLUGIN_NOT_FOUND')) return error;
  const { withRecordedPackage } = await import('./recorded-package.ts');
  return withRecordedPackage(error, context);
}

async function run(argv: readonly string[], context: Context, crashes: CrashHandler): Promise<Reply> {
  const line = splitCommandLine(argv);
  const { name, words } = line;
  if (name === null || name === 'help') {
    return (await import('./help-command.ts')).runHelp(line, context, crashes);
  }
  const command = await findCommand(name, words, context, crashes);
  const input = parseSimple(command, words) ?? (await import('./commander-parser.ts')).parse(name, command, words);
  if (input.switches.has('help')) return (await import('./help-command.ts')).helpReply(name, command);
  // No cleanup is needed after a crash: the database rolls back what was not committed.
  if (command.runsPlugins === true) crashes.watchPlugins();
  else crashes.watchKernel();
  return command.run(input, withOptions(input, context));
}

/** Finds `--config` before the command line is parsed, since a plugin's command is found through the config. */
function configIn(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--config');
  return at < 0 ? argv.find((word) => word.startsWith('--config='))?.slice('--config='.length) : argv[at + 1];
}

/** Reads the common options from the parsed line, in which a word like `--json` may be another option's value. */
function withOptions({ values, switches }: Input, context: Context): Context {
  return {
    ...context,
    config: values.get('config'),
    json: switches.has('json') || switches.has('json-lines'),
    debug: switches.has('debug'),
  };
}
