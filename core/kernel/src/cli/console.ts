import type { ExitCode } from '../error/exit-code.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { ProgressStream, Reply } from './command.ts';
import { paintFor, wantsColor } from './paint.ts';
import { explainOrigin, explainRefusal } from './refusal.ts';
import { redacted } from './secrets.ts';

/** The two standard streams, which never show what is to be concealed. */
export interface Console {
  /** Never to be shown from now on. */
  readonly conceal: (secrets: readonly string[]) => void;
  /** A text without them. */
  readonly redact: (text: string) => string;
  readonly progress: ProgressStream;
  /** Prints a reply and gives its exit code. */
  readonly print: (reply: Reply) => ExitCode;
  /** Prints a refusal and gives its exit code. */
  readonly refuse: (error: KernelError) => ExitCode;
}

/** How to print. */
export interface ConsoleOptions {
  readonly json: boolean;
  readonly debug: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opens the streams of this process. */
export function openConsole({ json, debug, env }: ConsoleOptions): Console {
  let secrets: readonly string[] = [];
  const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(redacted(text, secrets));
  let printed = false;
  const printJson = (value: unknown): void => {
    printed = true;
    // Each string by itself: what is hidden must not end one.
    const hide = (_: string, inside: unknown): unknown =>
      typeof inside === 'string' ? redacted(inside, secrets) : inside;
    process.stdout.write(`${JSON.stringify(value, hide, 2)}\n`);
  };
  const complain = (error: KernelError): void => {
    // Standard output holds one document; what happens after it is told beside it.
    if (json && !printed) printJson({ error });
    else write(process.stderr, `${explainRefusal(error, paintFor(wantsColor(process.stderr.isTTY, env)))}\n`);
    if (debug) write(process.stderr, `\n${explainOrigin(error)}\n`);
  };
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read us has seen enough; what we do is done all the same.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    conceal: (more) => (secrets = [...secrets, ...more]),
    redact: (text) => redacted(text, secrets),
    progress: {
      get isTerminal() {
        return process.stderr.isTTY;
      },
      write: (text) => write(process.stderr, text),
    },
    print(reply) {
      if (json) printJson(reply.json);
      else {
        const text = reply.text(paintFor(wantsColor(process.stdout.isTTY, env)));
        if (text !== '') write(process.stdout, `${text}\n`);
      }
      if (reply.error !== undefined && (!json || debug)) complain(reply.error);
      return reply.exit ?? reply.error?.exitCode ?? 0;
    },
    refuse(error) {
      complain(error);
      return error.exitCode;
    },
  };
}
