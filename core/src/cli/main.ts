import { kernelPackage } from '../kernel/kernel-package.ts';
import { makeIo, type Io } from './io.ts';
import { asKernelError, errorJson, printError } from './print-error.ts';
import { parse } from './program.ts';

/**
 * Runs a command line and gives its exit code. Nothing is thrown: what goes wrong is printed, on standard error for
 * people and as the one JSON document with `--json`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const io = makeIo(process.stdout, process.stderr, process.env);
  surviveClosedPipe();
  try {
    const parsed = await parse(argv, io, kernelPackage().version);
    if (parsed.spec === null) return 0;
    const { run } = await parsed.spec.load();
    return await run(parsed.invocation);
  } catch (thrown) {
    return report(io, thrown, argv);
  }
}

function report(io: Io, thrown: unknown, argv: readonly string[]): number {
  const error = asKernelError(thrown);
  io.progress('');
  if (argv.includes('--json')) io.json(errorJson(error));
  if (!argv.includes('--json') || argv.includes('--debug')) printError(io, error, argv.includes('--debug'));
  return error.exitCode;
}

/** `kernel … | head` ends the reader first, which is no mistake of anybody's. */
function surviveClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
