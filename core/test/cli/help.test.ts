import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runKernel } from '../../../test/helper/kernel-process.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { helpOf } from '../../src/cli/help.ts';
import { readPlain, splitWords } from '../../src/cli/shape.ts';
import { exitCode } from '../../src/error/exit-code.ts';

const listed = commandTable.filter(({ group }) => group !== null);
const codes: ReadonlySet<number> = new Set(Object.values(exitCode));

function widest(text: string): string {
  return text.split('\n').reduce((widest, line) => (line.length > widest.length ? line : widest), '');
}

describe('the help', () => {
  it('lists every command in half a line, within 80 columns', async () => {
    const { stdout: help } = await runKernel(['--help'], { cwd: tmpdir() });
    for (const { name, summary } of listed) expect(help).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(help).not.toContain('__complete');
    expect(widest(help).length, widest(help)).toBeLessThanOrEqual(80);
  });

  it.each(listed.map(({ name, load }) => ({ name, load })))(
    'of $name teaches by an example that can be run, tells its exit codes, and fits 80 columns',
    async ({ name, load }) => {
      const command = await load();
      const help = helpOf(name, command);
      expect(help).toMatch(new RegExp(`^Usage: kernel ${name} `));
      expect(help).toMatch(/\nExamples:\n {2}\S/);
      expect(help).toMatch(/\nExit codes:\n {2}0 +\S/);
      for (const { flag } of command.options ?? []) expect(help).toContain(`--${flag}`);
      expect(widest(help).length, widest(help)).toBeLessThanOrEqual(80);
      for (const { code } of command.exits ?? []) expect(codes.has(code), String(code)).toBe(true);
    },
  );

  it.each(listed.map(({ name, load }) => ({ name, load })))(
    'of $name has examples that the command line accepts',
    async ({ load }) => {
      const { examples } = await load();
      expect(examples.length).toBeGreaterThan(0);
      for (const { line } of examples) {
        const found = Array.from(line.matchAll(/\bkernel ([^|&>)"]+)/g), ([, words = '']) => words.trim().split(' '));
        expect(found.length, line).toBeGreaterThan(0);
        for (const argv of found) {
          const { name, rest } = splitWords(argv);
          const shape = await commandTable.find((entry) => entry.name === name)?.load();
          expect(shape === undefined ? null : readPlain(shape, rest), line).not.toBeNull();
        }
      }
    },
  );
});
