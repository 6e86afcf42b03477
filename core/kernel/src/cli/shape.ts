import type { ArgumentSpec, Input, OptionSpec, Shape } from './command.ts';

/** What every command takes. */
export const commonOptions: readonly OptionSpec[] = [
  { flag: 'config', value: 'file', about: 'the config file; default: config/config.json, then config.json' },
  { flag: 'json', about: 'one JSON document on standard output, and nothing else there' },
  { flag: 'debug', about: 'also show where an error came from' },
  { flag: 'help', about: 'show this' },
];

/** The options of a command, those of every command last. */
export function optionsOf({ options = [] }: Shape): readonly OptionSpec[] {
  return [...options, ...commonOptions];
}

/** The words of a command line, with the command's name taken out of them. */
export interface Words {
  /** `null` where there is none. */
  readonly name: string | null;
  readonly rest: readonly string[];
}

/** Finds the command's name: the first word that is no flag. Options may stand before it. */
export function splitWords(argv: readonly string[]): Words {
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? '';
    // The one common option whose value is a word of its own.
    if (word === '--config') i += 1;
    else if (!word.startsWith('-')) return { name: word, rest: [...argv.slice(0, i), ...argv.slice(i + 1)] };
  }
  return { name: null, rest: argv };
}

/**
 * Reads words that need no explanation: whole flags, each value a word of its own, and as many arguments as there must
 * be. `null` for anything else, which is for the parser that explains: it costs more to load than a run with nothing
 * pending may cost in all, and reads these words in the same way.
 */
export function readPlain(shape: Shape, words: readonly string[]): Input | null {
  const specs = new Map(optionsOf(shape).map((option) => [`--${option.flag}`, option]));
  const operands: string[] = [];
  const switches = new Set<string>();
  const values = new Map<string, string>();
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    const spec = specs.get(word);
    if (spec === undefined) {
      if (word.startsWith('-')) return null;
      operands.push(word);
    } else if (spec.value === undefined) {
      switches.add(spec.flag);
    } else {
      const value = words[(i += 1)];
      if (value === undefined || value.startsWith('-')) return null;
      values.set(spec.flag, value);
    }
  }
  return switches.has('help') || !fits(shape, operands.length) ? null : { operands, switches, values };
}

/** Whether a command takes so many arguments. */
export function fits({ arguments: specs = [] }: Shape, count: number): boolean {
  const least = specs.filter(({ required }) => required === true).length;
  return count >= least && (count <= specs.length || specs.at(-1)?.many === true);
}

/** An argument as usage and commander write it: `<name>`, `[name...]`. */
export function termOf({ name, required, many }: ArgumentSpec): string {
  const term = `${name}${many === true ? '...' : ''}`;
  return required === true ? `<${term}>` : `[${term}]`;
}

/** The usage of a command in one line, without what every command takes. */
export function usageOf(name: string, { arguments: specs = [], options = [] }: Shape): string {
  const flags = options.map(({ flag, value }) => `[--${flag}${value === undefined ? '' : ` <${value}>`}]`);
  return ['kernel', name, ...specs.map(termOf), ...flags].join(' ');
}
