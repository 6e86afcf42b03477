import { createRequire } from 'node:module';
import type { Logger, pino as Pino } from 'pino';
import type { PluginLog } from '../contract/define-plugin.ts';
import type { Context } from './command.ts';
import { paintFor, plain, wantsColor, type Paint } from './paint.ts';
import { plainData } from './plain-data.ts';

/** Makes the log of each plugin. */
export type LogOf = (plugin: string) => PluginLog;

/**
 * Opens the application's log on standard error, each entry tagged with its plugin: on a terminal a line for people, else
 * a JSON object a line (`level`, `time`, `plugin`, `msg`, `data`). Secrets are hidden in every string before it is
 * written. `debug` entries are kept with `--debug` only.
 */
export async function openLog({ progress, debug, env, redact }: Context): Promise<LogOf> {
  const paint = paintFor(wantsColor(progress.isTerminal, env));
  const show = progress.isTerminal ? (line: string): string => explainEntry(line, paint) : (line: string) => line;
  let log: Logger | null = null;
  return (plugin) => {
    let child: Logger | null = null;
    const own = (): Logger =>
      (child ??= (log ??= openPino(debug, (line) => progress.write(show(line)))).child({ plugin }));
    const write =
      (level: keyof PluginLog): PluginLog[keyof PluginLog] =>
      (message, data) =>
        own()[level](data === undefined ? {} : { data: plainData(data, redact) }, '%s', plainData(message, redact));
    return Object.freeze({ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') });
  };
}

/** With the first entry: an application that logs nothing does not pay for what writes it. */
function openPino(debug: boolean, write: (line: string) => void): Logger {
  // Its own declarations say what the module is.
  const { pino } = createRequire(import.meta.url)('pino') as { readonly pino: typeof Pino };
  const options = {
    level: debug ? 'debug' : 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  return pino(options, { write });
}

/** A line of the log as pino writes it, for people: when, how grave, who, what, and the data behind it. */
export function explainEntry(line: string, paint: Paint = plain): string {
  // Written by pino, from what `openLog` gave it.
  const { level, time, plugin, msg, data } = JSON.parse(line) as Readonly<Record<string, string>>;
  const mark = { debug: paint.dim, info: paint.green, warn: paint.yellow, error: paint.red }[level ?? ''];
  const tail = data === undefined ? '' : ` ${paint.dim(JSON.stringify(data))}`;
  const clock = new Date(time ?? '').toTimeString().slice(0, 8);
  return `${paint.dim(clock)} ${(mark ?? paint.bold)((level ?? '').padEnd(5))} ${paint.bold(plugin ?? '')}: ${msg}${tail}\n`;
}
