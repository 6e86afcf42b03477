import { Argument, Command as Program, CommanderError, Option } from 'commander';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import { withValue, type Input, type Signature } from './command.ts';
import { acceptsCount, optionsOf, termOf, usageOf } from './signature.ts';

/** Returns the commander program that parses a command and formats its help. */
export function programOf(name: string, signature: Signature): Program {
  const program = new Program(`kernel ${name}`).helpOption(false).exitOverride();
  program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const spec of signature.arguments ?? []) program.addArgument(new Argument(termOf(spec), spec.about));
  for (const spec of optionsOf(signature)) {
    const { flag, value, about } = spec;
    const short = flag === 'help' ? '-h, ' : '';
    const option = new Option(`${short}--${flag}${value === undefined ? '' : ` <${value}>`}`, about);
    if (value !== undefined) {
      option.argParser((given: string, before: string | undefined) => withValue(spec, before, given));
    }
    program.addOption(option);
  }
  return program;
}

/** Parses the words other than the command's name. Throws USAGE. */
export function parse(name: string, signature: Signature, words: readonly string[]): Input {
  const program = programOf(name, signature);
  const wrong = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: usageOf(name, signature), command: name });
  const { operands, unknown } = parsed(program, words, (flag) => wrong(explainValue(flag, name, signature)));
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (const option of program.options) {
    // Commander keeps `--dry-run` as dryRun.
    const flag = option.long?.slice(2) ?? '';
    const value: unknown = program.getOptionValue(option.attributeName());
    if (typeof value === 'string') values.set(flag, value);
    else if (value === true) switches.add(flag);
    // The value is missing, and Commander took the next flag for it.
    if (typeof value === 'string' && value.startsWith('--')) throw wrong(explainValue(flag, name, signature));
  }
  // Help is printed even if other words are invalid.
  if (switches.has('help') || unknown.includes('--help') || unknown.includes('-h')) {
    return { operands, values, switches: switches.add('help') };
  }
  const [strange] = unknown;
  if (strange !== undefined) throw wrong(explainFlag(strange, name, signature));
  if (!acceptsCount(signature, operands.length)) throw wrong(explainCount(operands, name, signature));
  return { operands, switches, values };
}

function parsed(
  program: Program,
  words: readonly string[],
  needsValue: (flag: string) => KernelError,
): { readonly operands: string[]; readonly unknown: string[] } {
  try {
    return program.parseOptions([...words]);
  } catch (error) {
    // The only error that Commander throws while it parses options is a missing value.
    const flag = error instanceof CommanderError ? /--([a-z-]+)/.exec(error.message)?.[1] : undefined;
    throw flag === undefined ? error : needsValue(flag);
  }
}

function explainValue(flag: string, name: string, signature: Signature): string {
  const value = optionsOf(signature).find((option) => option.flag === flag)?.value ?? 'value';
  return `kernel ${name}: --${flag} needs a <${value}>.`;
}

function explainFlag(word: string, name: string, signature: Signature): string {
  const flags = optionsOf(signature);
  const [flag = ''] = word.split('=');
  const known = flags.find((option) => `--${option.flag}` === flag);
  if (known !== undefined && known.value === undefined) return `kernel ${name}: ${flag} takes no value.`;
  const close = nearestName(
    flag,
    flags.map((option) => `--${option.flag}`),
  );
  return `kernel ${name} has no option ${flag}${close === null ? '.' : `; did you mean ${close}?`}`;
}

function explainCount(operands: readonly string[], name: string, { arguments: specs = [] }: Signature): string {
  const missing = specs[operands.length];
  if (missing?.required === true) return `kernel ${name} needs <${missing.name}>: ${missing.about}.`;
  const excess = operands.slice(specs.length).map((word) => `"${word}"`);
  const most = specs.length === 0 ? 'no arguments' : specs.length === 1 ? 'one argument' : `${specs.length} arguments`;
  return `kernel ${name} takes ${most}; ${excess.join(' ')} ${excess.length > 1 ? 'are' : 'is'} too many.`;
}
