import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../docs/commands.md');

/** A tool, with the options of its commands. The command "" stands for the options of all commands. */
export interface Tool {
  readonly tool: string;
  readonly version: string;
  readonly commands: Readonly<Record<string, readonly string[]>>;
}

/** A row of `docs/commands.md`. */
export interface Row {
  readonly tool: string;
  /** The commands and options of the other tool: `upgrade`, `upgrade --sql`, `--config`, `* --db-name` in any command. */
  readonly theirs: readonly string[];
  /** The steps that do the same here: command lines, and fragments of config.json. */
  readonly steps: readonly string[];
  /** Texts that the steps print. */
  readonly prints: readonly string[];
  /** The exit code of the last step. */
  readonly exit: number;
  /** Whether the row says that there is no counterpart. */
  readonly isNone: boolean;
}

/** The tools, as their sources list their commands and options. */
export function readTools(): readonly Tool[] {
  // The test fails if a row of the page does not match, so a wrong shape would be noticed.
  return JSON.parse(readFileSync(join(import.meta.dirname, 'commands.json'), 'utf8')) as readonly Tool[];
}

/** Reads what the page says about a tool, above its rows: the first line names the version. */
export function readSection(tool: string): string {
  const text = readFileSync(page, 'utf8');
  const at = text.indexOf(`## ${tool}\n`);
  return text.slice(at, text.indexOf('\n|', at));
}

/** Reads the rows of the page. */
export function readRows(): readonly Row[] {
  return readFileSync(page, 'utf8')
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const tool = section.slice(0, section.indexOf('\n'));
      const lines = section.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|---'));
      return lines.slice(1).map((line) => rowOf(tool, line));
    });
}

function rowOf(tool: string, line: string): Row {
  const [theirs = '', ours = '', prints = '', differences = ''] = line.slice(1, -1).split(/(?<!\\)\|/);
  const exit = /exit (\d+)/.exec(prints.replaceAll(/`[^`]*`/g, ''))?.[1];
  return {
    tool,
    theirs: codeIn(theirs),
    steps: codeIn(ours),
    prints: codeIn(prints),
    exit: Number(exit ?? 0),
    isNone: differences.trim().startsWith('None.'),
  };
}

/** Returns the inline code of a cell, in which a bar is escaped. */
function codeIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code.replaceAll('\\|', '|'));
}
