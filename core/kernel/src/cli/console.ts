import type { ExitCode } from '../error/exit-code.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { colorsIf, wantsColor } from './colors.ts';
import type { LineEvent, ProgressStream, Reply } from './command.ts';
import { errorStacks, errorText } from './error-text.ts';
import { redacted } from './secrets.ts';

/** The two standard streams, which never print concealed text. */
export interface Console {
  /** Hides these texts in all further output. */
  readonly conceal: (secrets: readonly string[]) => void;
  /** Returns a text with the concealed texts redacted. */
  readonly redact: (text: string) => string;
  readonly progress: ProgressStream;
  /** Writes a line of `--json-lines`. */
  readonly emit: (event: LineEvent) => void;
  /** Prints a reply and returns its exit code. */
  readonly print: (reply: Reply) => ExitCode;
  /** Prints an error and returns its exit code. */
  readonly printError: (error: KernelError) => ExitCode;
}

/** The output settings. */
export interface ConsoleOptions {
  readonly json: boolean;
  /** Whether the document of a reply or an error is one line, which ends the lines of `--json-lines`. */
  readonly lines: boolean;
  readonly debug: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Whether the streams belong to the command. If so, a reader that closes them early does not cause an error, and with
   * `json` standard output belongs to the reply alone.
   */
  readonly ownsProcess: boolean;
}

/** Opens the standard streams of this process. */
export function openConsole({ json, lines, debug, env, ownsProcess }: ConsoleOptions): Console {
  let secrets: readonly string[] = [];
  const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(redacted(text, secrets));
  let printed = false;
  const toOutput = process.stdout.write.bind(process.stdout);
  // Standard output holds one document, so anything that a plugin prints there goes to standard error.
  if (json && ownsProcess) process.stdout.write = process.stderr.write.bind(process.stderr);
  const writeJson = (value: unknown, indent?: number): void => {
    // Each string is redacted separately, because a match must not extend beyond the end of a string.
    const redact = (_: string, inside: unknown): unknown =>
      typeof inside === 'string' ? redacted(inside, secrets) : inside;
    toOutput(`${JSON.stringify(value, redact, indent)}\n`);
  };
  const emit = (event: LineEvent): void => writeJson({ at: new Date().toISOString(), ...event });
  const printJson = (value: unknown): void => {
    printed = true;
    if (lines) emit({ event: 'end', ...(value as object) });
    else writeJson(value, 2);
  };
  const printError = (error: KernelError): ExitCode => {
    // Standard output holds one document, so a later error is printed on standard error.
    if (json && !printed) printJson({ error });
    else write(process.stderr, `${errorText(error, colorsIf(wantsColor(process.stderr.isTTY, env)))}\n`);
    if (debug) write(process.stderr, `\n${errorStacks(error)}\n`);
    return error.exitCode;
  };
  if (ownsProcess) for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  return {
    conceal: (more) => (secrets = [...secrets, ...more]),
    redact: (text) => redacted(text, secrets),
    emit,
    progress: {
      get isTerminal() {
        return process.stderr.isTTY;
      },
      write: (text) => write(process.stderr, text),
    },
    print(reply) {
      if (json) printJson(reply.json);
      else {
        const text = reply.text(colorsIf(wantsColor(process.stdout.isTTY, env)));
        if (text !== '') write(process.stdout, `${text}\n`);
      }
      if (reply.error !== undefined && (!json || debug)) printError(reply.error);
      return reply.exit ?? reply.error?.exitCode ?? 0;
    },
    printError,
  };
}

/** A reader such as `head` may close the pipe early. The command still completes its work. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
