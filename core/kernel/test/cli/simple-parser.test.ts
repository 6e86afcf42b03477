import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { parse } from '../../src/cli/commander-parser.ts';
import { optionsOf } from '../../src/cli/signature.ts';
import { parseSimple, splitCommandLine } from '../../src/cli/simple-parser.ts';

/** The project from which the commands of `@headwater/dev` are imported. */
const project = { cwd: import.meta.dirname, config: undefined };

describe('simple command lines', () => {
  const commands: { readonly name: string; readonly command: Command }[] = [];

  beforeAll(async () => {
    for (const { name, load } of commandTable) commands.push({ name, command: await load(project) });
  });

  it('are parsed exactly as commander parses them, for every command', () => {
    let simple = 0;
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
          simple += 1;
          expect(parse(name, command, words)).toEqual(read);
        }),
        { numRuns: 150 },
      );
    }
    // The property would be vacuous if the simple parser left everything to commander.
    expect(simple).toBeGreaterThan(200);
  });

  it('include those that scripts and supervisors use', async () => {
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

  it('do not include missing, excess or unknown words, or a request for help', () => {
    const signature = { arguments: [{ name: 'target', about: '', required: true }], options: [] };
    for (const words of [
      [],
      ['a', 'b'],
      ['a', '--nonsense'],
      ['a', '--config'],
      ['a', '--config', '--json'],
      ['a', '-h'],
      ['a', '--help'],
    ]) {
      expect(parseSimple(signature, words), words.join(' ')).toBeNull();
    }
  });
});

describe('the name of the command', () => {
  it('is the first word that is neither a flag nor the value of --config', () => {
    expect(splitCommandLine(['migrate:up', 'likes'])).toEqual({ name: 'migrate:up', words: ['likes'] });
    expect(splitCommandLine(['--json', '--config', 'c.json', 'migrate:up'])).toEqual({
      name: 'migrate:up',
      words: ['--json', '--config', 'c.json'],
    });
    expect(splitCommandLine(['--version'])).toEqual({ name: null, words: ['--version'] });
    expect(splitCommandLine([])).toEqual({ name: null, words: [] });
  });
});
