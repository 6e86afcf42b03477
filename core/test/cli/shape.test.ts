import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-error.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import type { Input, Shape } from '../../src/cli/command.ts';
import { parse } from '../../src/cli/parser.ts';
import { optionsOf, readPlain, splitWords } from '../../src/cli/shape.ts';

/** Words as people give them, and as they do not. */
function wordsFor(shape: Shape): fc.Arbitrary<string[]> {
  const flags = optionsOf(shape).map(({ flag }) => `--${flag}`);
  const odd = ['-', '--', '-h', '-x', '--no-json', '--config=a.json', '--json=1', '', ' ', 'likes@-1', '--Json', '-1'];
  return fc.array(fc.oneof(fc.constantFrom(...flags), fc.constantFrom(...odd, 'likes', 'core@base')), { maxLength: 6 });
}

function refusedOr(read: () => Input): Input | null {
  try {
    return read();
  } catch (error) {
    if (isKernelError(error, 'USAGE')) return null;
    throw error;
  }
}

describe('a command line that is read without commander', () => {
  it.each(commandTable)('is read as commander reads it: $name', async ({ name, load }) => {
    const command = await load();
    const same = fc.property(wordsFor(command), (words) => {
      const explained = refusedOr(() => parse(name, command, words));
      const plain = readPlain(command, words);
      if (plain !== null) expect(plain).toEqual(explained);
    });
    expect(fc.check(same)).toMatchObject({ failed: false });
  });

  it('is any that needs no explanation', async () => {
    const entry = commandTable.find(({ name }) => name === 'migrate:plan');
    const command = await entry?.load();
    const words = ['--json', '--down', 'core@base', '--cascade', '--config', 'a.json'];
    expect(readPlain(command ?? {}, words)).toEqual({
      operands: [],
      switches: new Set(['json', 'cascade']),
      values: new Map([
        ['down', 'core@base'],
        ['config', 'a.json'],
      ]),
    });
  });

  it('has its name taken out, wherever options stand', () => {
    expect(splitWords(['--json', '--config', 'a.json', 'migrate:up', 'likes'])).toEqual({
      name: 'migrate:up',
      rest: ['--json', '--config', 'a.json', 'likes'],
    });
    expect(splitWords(['--config', 'migrate:up'])).toMatchObject({ name: null });
  });
});
