/**
 * A process that runs command lines one after the other, with the command of an installed kernel. A process for each
 * would take most of the time of a test. Its arguments are the file of the kernel's command line door, a file with the
 * lines, and the file to write the outcomes to.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type * as Door from '@headwater/kernel/cli';
import type { LineOutcome, LineRun } from './run-lines.ts';

const [, , door = '', input = '', output = ''] = process.argv;
const { main } = (await import(pathToFileURL(door).href)) as typeof Door;
const { stdout, stderr, env } = process;
const inherited = { ...env };

/** Runs a line as if it had the process to itself: its folder, its environment, its output. */
async function runLine({ words, cwd, env: own, stops }: LineRun): Promise<LineOutcome> {
  process.chdir(cwd);
  for (const name of Object.keys(env)) if (!Object.hasOwn(inherited, name)) delete env[name];
  Object.assign(env, inherited, own);
  const printed = { out: '', err: '' };
  const stop = async (): Promise<void> => {
    // A command that stays up listens for signals once it has printed its reply.
    await setImmediate();
    process.emit('SIGTERM', 'SIGTERM');
  };
  stdout.write = (text: string | Uint8Array): boolean => {
    printed.out += String(text);
    if (stops) void stop();
    return true;
  };
  stderr.write = (text: string | Uint8Array): boolean => {
    printed.err += String(text);
    return true;
  };
  try {
    const code = await main(words, { runsSources: true });
    return { stdout: printed.out, stderr: printed.err, code };
  } finally {
    // The streams get their own method back.
    for (const stream of [stdout, stderr]) Reflect.deleteProperty(stream, 'write');
  }
}

// The lines are what the test has written.
const runs = JSON.parse(readFileSync(input, 'utf8')) as readonly LineRun[];
const outcomes: LineOutcome[] = [];
for (const run of runs) outcomes.push(await runLine(run));
writeFileSync(output, JSON.stringify(outcomes));
