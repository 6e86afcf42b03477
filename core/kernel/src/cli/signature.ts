import type { ArgumentSpec, OptionSpec, Signature } from './command.ts';

/** The options of every command. */
export const commonOptions: readonly OptionSpec[] = [
  { flag: 'config', value: 'file', about: 'the config file; default: config/config.json, then config.json' },
  { flag: 'json', about: 'print one JSON document on standard output, and nothing else there' },
  { flag: 'debug', about: 'also print the stack of an error' },
  { flag: 'help', about: 'print this help' },
];

/** Returns the options of a command, followed by the common ones. */
export function optionsOf({ options = [] }: Signature): readonly OptionSpec[] {
  return [...options, ...commonOptions];
}

/** Returns whether a command accepts this number of arguments. */
export function acceptsCount({ arguments: specs = [] }: Signature, count: number): boolean {
  const least = specs.filter(({ required }) => required === true).length;
  return count >= least && (count <= specs.length || specs.at(-1)?.many === true);
}

/** Returns an argument in the notation of usage lines and commander: `<name>`, `[name...]`. */
export function termOf({ name, required, many }: ArgumentSpec): string {
  const term = `${name}${many === true ? '...' : ''}`;
  return required === true ? `<${term}>` : `[${term}]`;
}

/** Returns the usage of a command as one line, without the common options. */
export function usageOf(name: string, { arguments: specs = [], options = [] }: Signature): string {
  const flags = options.map(({ flag, value }) => `[--${flag}${value === undefined ? '' : ` <${value}>`}]`);
  return ['kernel', name, ...specs.map(termOf), ...flags].join(' ');
}
