import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '../helper/free-port.ts';
import { shellIn, type Done, type Run } from '../helper/page.ts';

/** A reader's shell in which a page starts a host in the background, sends it requests, and stops it. */
export interface HostShell extends AsyncDisposable {
  readonly run: Run;
}

/**
 * Returns a shell in the project `cwd`, whose commands are also looked up in `bin`. Besides the commands of `shellIn` it
 * has `COMMAND &`, which waits until the host prints "ready"; `curl`; and `kill %1`, which waits for the host's end and
 * prints the rest of its output. The host gets a free port instead of 3000.
 */
export async function hostShell(
  cwd: string,
  bin: string,
  variables: Readonly<Record<string, string>>,
): Promise<HostShell> {
  const port = String(await freePort());
  const path = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { ...variables, PATH: path, HOME: cwd, NO_COLOR: '1', PORT: port };
  const shell = shellIn(cwd, env);
  let host: { readonly child: ChildProcess; output: string } | null = null;

  const start = async (command: string): Promise<Done> => {
    const [name = '', ...args] = command.split(' ');
    const child = spawn(name, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = { child, output: '' };
    host = started;
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          started.output += text;
          if (/^ready$/m.test(started.output)) resolve();
        });
      }
    });
    await Promise.race([ready, once(child, 'close')]);
    const { output } = started;
    started.output = '';
    return { code: child.exitCode ?? 0, output };
  };
  const stop = async (signal: NodeJS.Signals): Promise<Done> => {
    if (host === null) return { code: 1, output: 'no host is running' };
    const { child } = host;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    const { output } = host;
    host = null;
    // A shell reports the end by a signal like this.
    return { code: child.exitCode ?? 128 + constants.signals[signal], output };
  };
  const request = async (args: readonly string[]): Promise<Done> => {
    const [url = '', verb = '', ...more] = args.toReversed();
    if (more.length > 1 || (more[0] ?? '-X') !== '-X') throw new Error(`curl ${args.join(' ')}: only -X and a URL`);
    const init = { method: verb === '' ? 'GET' : verb, headers: { connection: 'close' } };
    const response = await fetch(url.replace(':3000', `:${port}`), init);
    return { code: 0, output: await response.text() };
  };
  return {
    async run(command, more) {
      const [name, ...args] = command.split(' ');
      if (args.at(-1) === '&') return start(command.slice(0, -2));
      if (name === 'curl') return request(args);
      if (command === 'kill %1') return stop('SIGTERM');
      return shell(command, more);
    },
    async [Symbol.asyncDispose]() {
      if (host !== null) await stop('SIGKILL');
    },
  };
}

/** Returns the folder of the commands of a project. */
export function binOf(cwd: string): string {
  return join(cwd, 'node_modules/.bin');
}
