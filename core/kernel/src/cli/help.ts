import { Help } from 'commander';
import { kernelPackage } from '../plugin/kernel-package.ts';
import type { DeclaredCommand } from '../plugin/declared-commands.ts';
import { commandTable } from './command-table.ts';
import type { Command } from './command.ts';
import { programOf } from './commander-parser.ts';
import { commonOptions } from './signature.ts';

/** The width of the narrowest usual terminal, in columns. */
const width = 80;

/** Returns the text of `kernel --help`. */
export function helpOfAll(pluginCommands: readonly DeclaredCommand[]): string {
  const own = commandTable.filter(({ group }) => group !== null);
  const added = pluginCommands.map(({ name, summary, plugin }) => ({ name, summary, group: `Plugin ${plugin}` }));
  const listed = [...own, ...added];
  const column = Math.max(
    ...listed.map(({ name }) => name.length),
    ...commonOptions.map(({ flag }) => flag.length + 10),
  );
  const line = (term: string, about: string): string => `  ${term.padEnd(column)}  ${about}`;
  const groups = Map.groupBy(listed, ({ group }) => group);
  const lists = Array.from(groups, ([group, entries]) =>
    [`${group}:`, ...entries.map(({ name, summary }) => line(name, summary))].join('\n'),
  );
  const options = commonOptions.map(({ flag, value, about }) =>
    line(`--${flag}${value === undefined ? '' : ` <${value}>`}`, about),
  );
  return [
    `Headwater ${kernelPackage().version}: one plan for an application and all of its plugins.`,
    'Usage: kernel <command> [options]',
    ...lists,
    ['Options of every command:', ...wrapped(options, column + 4)].join('\n'),
    ['Examples:', '  kernel start', '  kernel migrate:plan --sql', '  kernel help migrate:down'].join('\n'),
    'Every error has a code, an exit code and a fix to copy. Exit codes: 0 done,\n' +
      '2 incorrect use, 3 something is pending, others: see docs/errors.md.\n' +
      'HEADWATER_PLAIN_RUNTIME=1 turns off every speedup that changes the process, and\n' +
      'runs a linked workspace from its build.',
  ].join('\n\n');
}

/** Returns the text of `kernel <command> --help`. */
export function helpOf(name: string, command: Command): string {
  const help = Object.assign(new Help(), { helpWidth: width });
  const program = programOf(name, command).description(command.about);
  const lines = (rows: readonly (readonly [string, string])[]): string => {
    const column = Math.max(...rows.map(([term]) => term.length));
    return rows.map(([term, about]) => help.formatItem(term, column, about, help)).join('\n');
  };
  const examples = command.examples.map(({ line, about }) => `  ${line}\n${about.replace(/^/gm, '      ')}`);
  const exits = [
    { code: 0, about: 'done' },
    ...(command.exits ?? []),
    { code: 2, about: 'incorrect use of the command line' },
  ].toSorted((a, b) => a.code - b.code);
  return [
    help.formatHelp(program, help).trimEnd(),
    `Examples:\n${examples.join('\n')}`,
    `Exit codes:\n${lines(exits.map(({ code, about }) => [String(code), about]))}`,
  ].join('\n\n');
}

/** Wraps the lines of a list between words. Continuation lines are indented to the column of the explanations. */
function wrapped(lines: readonly string[], column: number): readonly string[] {
  return lines.flatMap((line) => {
    if (line.length <= width) return [line];
    const at = line.lastIndexOf(' ', width);
    return [line.slice(0, at), `${' '.repeat(column)}${line.slice(at + 1)}`];
  });
}
