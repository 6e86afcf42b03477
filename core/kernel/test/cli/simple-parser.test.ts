import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { parse } from '../../src/cli/commander-parser.ts';
import { optionsOf } from '../../src/cli/signature.ts';
import { parseSimple, splitCommandLine } from '../../src/cli/simple-parser.ts';

/** The project whose `@headwater/dev` has the commands. */
const project = { cwd: import.meta.dirname, config: undefined };

describe('words that need no explanation', () => {
  const commands: { readonly name: string; readonly command: Command }[] = [];

  beforeAll(async () => {
    for (const { name, load } of commandTable) commands.push({ name, command: await load(project) });
  });

  it('are read as commander reads them, whatever the command', () => {
    let plain = 0;
    for (const { name, command } of commands) {
      const flags = optionsOf(command).map(({ flag }) => `--${flag}`);
      const word = fc.oneof(
        fc.constantFrom(...flags),
        fc.constantFrom('likes', 'likes@-1', 'likes@0002', '', 'a b', '=', '--', '-', '-h', '-x', '--jso', '--json=1'),
        fc.constantFrom(...flags.map((flag) => `${flag}=x`)),
      );
      fc.assert(
        fc.property(fc.array(word, { maxLength: 6 }), (words) => {
          const read = parseSimple(command, words);
          if (read === null) return;
          plain += 1;
          expect(parse(name, command, words)).toEqual(read);
        }),
        { numRuns: 150 },
      );
    }
    // The property says nothing where everything is left to commander.
    expect(plain).toBeGreaterThan(200);
  });

  it('are those that scripts and supervisors use', async () => {
    const read = async (...argv: readonly string[]): Promise<boolean> => {
      const { name, words } = splitCommandLine(argv);
      const command = await commandTable.find((entry) => entry.name === name)?.load(project);
      return command !== undefined && parseSimple(command, words) !== null;
    };
    expect(await read('migrate:up')).toBe(true);
    expect(await read('migrate:up', '--config', 'config/config.json', '--json')).toBe(true);
    expect(await read('--config', 'config.json', 'start', '--once', '--debug')).toBe(true);
    expect(await read('migrate:down', 'likes@base', '--cascade')).toBe(true);
    expect(await read('migrate:plan', '--down', 'likes@-1')).toBe(true);
  });

  it('are left to commander where something is missing, too much, unknown, or a call for help', () => {
    const shape = { arguments: [{ name: 'target', about: '', required: true }], options: [] };
    for (const words of [
      [],
      ['a', 'b'],
      ['a', '--nonsense'],
      ['a', '--config'],
      ['a', '--config', '--json'],
      ['a', '-h'],
      ['a', '--help'],
    ]) {
      expect(parseSimple(shape, words), words.join(' ')).toBeNull();
    }
  });
});

describe('the name of the command', () => {
  it('is the first word that is no flag and no value of --config', () => {
    expect(splitCommandLine(['migrate:up', 'likes'])).toEqual({ name: 'migrate:up', words: ['likes'] });
    expect(splitCommandLine(['--json', '--config', 'c.json', 'migrate:up'])).toEqual({
      name: 'migrate:up',
      words: ['--json', '--config', 'c.json'],
    });
    expect(splitCommandLine(['--version'])).toEqual({ name: null, words: ['--version'] });
    expect(splitCommandLine([])).toEqual({ name: null, words: [] });
  });
});
