import { styleText } from 'node:util';
import { redact } from './redact.ts';

/** A style of `node:util`. */
type Format = Parameters<typeof styleText>[0];

/** Where output goes, and how it may look. */
export interface Io {
  /** Writes a line to standard output. */
  readonly line: (text?: string) => void;
  /** Writes the one JSON document of a command to standard output. */
  readonly json: (value: unknown) => void;
  /** Writes a line to standard error. */
  readonly note: (text: string) => void;
  /** Shows a line that the next one replaces, on a terminal's standard error; an empty one clears it. */
  readonly progress: (text: string) => void;
  /** Colours text for standard output, where that is a terminal that wants colours. */
  readonly style: (format: Format, text: string) => string;
  /** The same for standard error. */
  readonly noteStyle: (format: Format, text: string) => string;
  /** Whether standard output is read by a person. */
  readonly interactive: boolean;
  /** From now on, never prints this text. */
  readonly hide: (secrets: readonly string[]) => void;
}

/** A stream as far as output needs it. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** Whether to colour: on a terminal, unless `NO_COLOR` (https://no-color.org) says no; `FORCE_COLOR` says yes. */
export function wantsColour(sink: Sink, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return sink.isTTY === true && env['TERM'] !== 'dumb';
}

/** Makes the output of a process. */
export function makeIo(out: Sink, err: Sink, env: Readonly<Record<string, string | undefined>>): Io {
  const secrets = new Set<string>();
  const outColour = wantsColour(out, env);
  const errColour = wantsColour(err, env);
  let shown = false;
  const clear = (): void => {
    if (shown) err.write('\r\u001b[2K');
    shown = false;
  };
  const write = (sink: Sink, text: string): void => {
    clear();
    sink.write(`${redact(text, secrets)}\n`);
  };
  return {
    line: (text = '') => write(out, text),
    json: (value) => write(out, JSON.stringify(value, null, 2)),
    note: (text) => write(err, text),
    progress(text) {
      if (err.isTTY !== true) return;
      clear();
      if (text === '') return;
      err.write(redact(text, secrets).slice(0, 78));
      shown = true;
    },
    style: (format, text) => (outColour ? styleText(format, text, { validateStream: false }) : text),
    noteStyle: (format, text) => (errColour ? styleText(format, text, { validateStream: false }) : text),
    interactive: out.isTTY === true,
    hide: (found) => found.forEach((secret) => secrets.add(secret)),
  };
}
