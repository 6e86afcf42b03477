import { kernelError } from '../error/kernel-codes.ts';
import type { RunnableStep } from './batches.ts';
import type { RunContext, ShellCommand } from './run-context.ts';

/** Whether the command of `upgrade.beforeBreaking` has to run before a step. */
export function needsCommand(
  { command, announced }: Pick<RunContext, 'command' | 'announced'>,
  { id, direction, revision }: RunnableStep,
): boolean {
  return command !== null && direction === 'up' && revision?.breaking === true && !announced.has(id);
}

/**
 * Runs the command of `upgrade.beforeBreaking` if the step needs it. The caller holds the migration lock in an open
 * transaction in which nothing has been written, so the command runs in only one of several processes. If it fails,
 * the transaction is rolled back. Throws UPGRADE_COMMAND_FAILED and Cancelled.
 */
export async function runBreakingCommand(
  run: RunContext,
  step: RunnableStep,
  applied: readonly string[],
): Promise<void> {
  const { command, announced, session, settings, observer, cancellation } = run;
  if (command === null || !needsCommand(run, step)) return;
  observer.waits?.('command', step);
  const stop = new AbortController();
  try {
    const variables = { HEADWATER_REVISION: step.id, HEADWATER_RUN: run.id };
    const finished = runCommand(command, { variables, seconds: settings.codeTimeout, signal: stop.signal });
    const failure = await Promise.race([finished, cancellation.requested]);
    if (failure !== null) {
      throw kernelError('UPGRADE_COMMAND_FAILED', { revision: step.id, ...failure, applied });
    }
    announced.add(step.id);
  } catch (error) {
    stop.abort();
    await cancellation.settled();
    if (!session.lost) await session.script('rollback').catch(() => {});
    throw error;
  }
}

/** Why a command failed, and the end of its error output. */
interface Failure {
  readonly reason: string;
  readonly output: string;
}

/** The largest part of the error output that a message shows. */
const outputLimit = 500;

/** How long to read output after the end of the command, in milliseconds. */
const grace = 1000;

/** Runs a command in the shell, without input. Returns `null` if it succeeded. */
async function runCommand(
  { text, cwd }: ShellCommand,
  {
    variables,
    seconds,
    signal,
  }: { readonly variables: Readonly<Record<string, string>>; readonly seconds: number; readonly signal: AbortSignal },
): Promise<Failure | null> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    let output = '';
    let isLate = false;
    const child = spawn(text, {
      cwd,
      shell: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...variables },
      signal,
    });
    const timer =
      seconds === 0
        ? undefined
        : setTimeout(() => {
            isLate = true;
            child.kill();
          }, seconds * 1000);
    const end = (reason: string | null): void => {
      clearTimeout(timer);
      child.stderr.destroy();
      resolve(reason === null ? null : { reason, output: output.trim() });
    };
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      output = (output + part).slice(-outputLimit);
    });
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, killed) => {
      const reason = code === 0 ? null : code === null ? `it ended with ${killed}` : `exit code ${code}`;
      const done = (): void => end(isLate ? `it ran longer than ${seconds} s` : reason);
      // The rest of the output is still in the pipe, which a process that the command left behind may keep open.
      const rest = setTimeout(done, grace);
      child.on('close', () => {
        clearTimeout(rest);
        done();
      });
    });
  });
}
