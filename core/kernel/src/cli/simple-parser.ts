import { withValue, type Input, type Signature } from './command.ts';
import { acceptsCount, optionsOf } from './signature.ts';

/** A command line, split into the command's name and the other words. */
export interface CommandLine {
  /** `null` if there is none. */
  readonly name: string | null;
  readonly words: readonly string[];
}

/** Finds the command's name, which is the first word that is not a flag. Options may precede it. */
export function splitCommandLine(argv: readonly string[]): CommandLine {
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? '';
    // The only common option whose value is a separate word.
    if (word === '--config') i += 1;
    else if (!word.startsWith('-')) return { name: word, words: [...argv.slice(0, i), ...argv.slice(i + 1)] };
  }
  return { name: null, words: argv };
}

/**
 * Parses simple command lines, in which flags are not abbreviated, values are separate words, and the number of
 * arguments is right. Returns `null` for any other line, which commander-parser.ts then parses and explains. Commander
 * parses simple lines identically, but loading it would exceed the time allowed for a run that has nothing pending.
 */
export function parseSimple(signature: Signature, words: readonly string[]): Input | null {
  const specs = new Map(optionsOf(signature).map((option) => [`--${option.flag}`, option]));
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
      values.set(spec.flag, withValue(spec, values.get(spec.flag), value));
    }
  }
  return switches.has('help') || !acceptsCount(signature, operands.length) ? null : { operands, switches, values };
}
