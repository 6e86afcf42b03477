import { createRequire } from 'node:module';
import type { Logger, pino as Pino } from 'pino';
import type { PluginLog } from '../contract/define-plugin.ts';
import type { Context } from './command.ts';
import { colorsIf, noColors, wantsColor, type Colors } from './colors.ts';
import { logData } from './log-data.ts';

/** Returns the log of a plugin. */
export type LogOf = (plugin: string) => PluginLog;

/**
 * Opens the application's log on standard error. Each entry names its plugin. On a terminal an entry is a
 * human-readable line; elsewhere it is a JSON object on one line (`level`, `time`, `plugin`, `msg`, `data`). Secrets
 * are redacted in every string before it is written. `debug` entries are written only with `--debug`.
 */
export async function openLog({ progress, debug, env, redact }: Context): Promise<LogOf> {
  const colors = colorsIf(wantsColor(progress.isTerminal, env));
  const show = progress.isTerminal ? (line: string): string => formatEntry(line, colors) : (line: string) => line;
  let log: Logger | null = null;
  return (plugin) => {
    let child: Logger | null = null;
    const own = (): Logger =>
      (child ??= (log ??= openPino(debug, (line) => progress.write(show(line)))).child({ plugin }));
    const write =
      (level: keyof PluginLog): PluginLog[keyof PluginLog] =>
      (message, data) =>
        own()[level](data === undefined ? {} : { data: logData(data, redact) }, '%s', logData(message, redact));
    return Object.freeze({ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') });
  };
}

/** Opened on the first entry, so an application that logs nothing never loads pino. */
function openPino(debug: boolean, write: (line: string) => void): Logger {
  // The package's own declarations describe the module.
  const { pino } = createRequire(import.meta.url)('pino') as { readonly pino: typeof Pino };
  const options = {
    level: debug ? 'debug' : 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  return pino(options, { write });
}

/** Formats a line from pino for people: time, level, plugin, message and data. */
export function formatEntry(line: string, colors: Colors = noColors): string {
  // pino wrote the line from the fields that `openLog` passed.
  const { level, time, plugin, msg, data } = JSON.parse(line) as Readonly<Record<string, string>>;
  const style = { debug: colors.dim, info: colors.green, warn: colors.yellow, error: colors.red }[level ?? ''];
  const tail = data === undefined ? '' : ` ${colors.dim(JSON.stringify(data))}`;
  const clock = new Date(time ?? '').toTimeString().slice(0, 8);
  return `${colors.dim(clock)} ${(style ?? colors.bold)((level ?? '').padEnd(5))} ${colors.bold(plugin ?? '')}: ${msg}${tail}\n`;
}
