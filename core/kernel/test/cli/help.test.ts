import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runKernel, type Finished } from '../../../../test/helper/kernel-process.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { helpOf } from '../../src/cli/help.ts';
import { parseSimple, splitCommandLine } from '../../src/cli/simple-parser.ts';
import { exitCode } from '../../src/error/exit-code.ts';

/** The commands that scripts may rely on. Removing one breaks them. */
const stable = [
  'start',
  'dev',
  'why',
  'doctor',
  'migrate:up',
  'migrate:down',
  'migrate:stamp',
  'migrate:accept',
  'migrate:plan',
  'migrate:sql',
  'migrate:why',
  'migrate:status',
  'migrate:drift',
  'migrate:rehearse',
  'migrate:heads',
  'migrate:branches',
  'migrate:current',
  'migrate:history',
  'migrate:graph',
  'migrate:show',
  'migrate:create',
  'migrate:check',
  'migrate:verify',
  'migrate:merge',
  'migrate:squash',
  'migrate:adopt',
  'migrate:lint',
  'plugin:list',
  'plugin:enable',
  'plugin:disable',
  'plugin:uninstall',
  'plugin:rename',
  'plugin:add',
  'plugin:update',
  'plugin:remove',
  'plugin:lock',
  'plugin:create',
  'plugin:hand-over',
  'plugin:build',
  'plugin:verify',
  'config:check',
  'config:schema',
  'completion',
];

const listed = commandTable.filter(({ group }) => group !== null);
const codes: ReadonlySet<number> = new Set(Object.values(exitCode));

function widest(text: string): string {
  return text.split('\n').reduce((widest, line) => (line.length > widest.length ? line : widest), '');
}

/** Runs outside of any project, since help needs no config. */
function kernel(...args: readonly string[]): Promise<Finished> {
  return runKernel(args, { cwd: tmpdir() });
}

function told({ code, stdout, stderr }: Finished): Partial<Finished> {
  return { code, stdout, stderr };
}

/** The project from which the commands of `@headwater/dev` are imported. */
const project = { cwd: import.meta.dirname, config: undefined };

describe('the help', () => {
  it('lists at least the stable commands, in order', () => {
    expect(listed.map(({ name }) => name).filter((name) => stable.includes(name))).toEqual(stable);
  });

  it('is the same however it is requested: on standard output, and as one JSON document with --json', async () => {
    const all = await kernel('--help');
    expect(all).toMatchObject({ code: 0, stderr: '' });
    for (const line of [['help'], ['-h'], ['help', '--help']]) expect(await kernel(...line)).toMatchObject(told(all));
    const one = await kernel('migrate:down', '--help');
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(await kernel('help', 'migrate:down')).toMatchObject(told(one));
    // Help is printed even if other words are invalid.
    expect(await kernel('migrate:down', 'a', 'b', '--nonsense', '-h')).toMatchObject(told(one));
    expect((await kernel('--help', '--json')).json()).toEqual({ help: all.stdout.trimEnd() });
    expect((await kernel('help', 'migrate:down', '--json')).json()).toEqual({ help: one.stdout.trimEnd() });
  });

  it('does not appear with --version, which prints only the version', async () => {
    expect((await kernel('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await kernel('--version', '--json')).json()).toHaveProperty('version');
  });

  it('summarizes every command in half a line of 80 columns', async () => {
    const { stdout: help } = await kernel('--help');
    for (const { name, summary } of listed) expect(help).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(help).not.toContain('__complete');
    expect(widest(help).length, widest(help)).toBeLessThanOrEqual(80);
  });

  it.each(listed.map(({ name, load }) => ({ name, load })))(
    'of $name has examples and exit codes, and fits into 80 columns',
    async ({ name, load }) => {
      const command = await load(project);
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
    'of $name shows only examples that the command line accepts',
    async ({ load }) => {
      const { examples } = await load(project);
      expect(examples.length).toBeGreaterThan(0);
      for (const { line } of examples) {
        const found = Array.from(line.matchAll(/\bkernel ([^|&>)"]+)/g), ([, words = '']) => words.trim().split(' '));
        expect(found.length, line).toBeGreaterThan(0);
        for (const argv of found) {
          const { name, words } = splitCommandLine(argv);
          const shape = await commandTable.find((entry) => entry.name === name)?.load(project);
          expect(shape === undefined ? null : parseSimple(shape, words), line).not.toBeNull();
        }
      }
    },
  );
});

describe('help, completion and usage errors', () => {
  it.each([['--help'], ['__complete', 'migrate:'], ['nope']])('do not load Node’s crypto: %s', async (...args) => {
    const told =
      "process.on('exit', () => process.stderr.write(`crypto ${process.moduleLoadList.includes('NativeModule crypto')}`))";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(told)}` };
    expect((await runKernel(args, { cwd: tmpdir(), env })).stderr).toMatch(/crypto false$/);
  });
});
