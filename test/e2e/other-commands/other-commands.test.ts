import { beforeAll, describe, expect, it } from 'vitest';
import { commandTable } from '../../../core/kernel/src/cli/command-table.ts';
import { readRows, readSection, readTools, type Row } from './rows.ts';
import { openRunner, type Run } from './runner.ts';

const rows = readRows();

describe.each(readTools())('the page lists $tool', ({ tool, version, commands }) => {
  it('of the version whose commands are listed', () => {
    const [named = 'no version'] = /\d+(?:\.\d+)?/.exec(readSection(tool)) ?? [];
    expect(`${version}.`.startsWith(`${named}.`)).toBe(true);
  });

  const listed = rows.filter((row) => row.tool === tool).flatMap(({ theirs }) => theirs);

  it('with each command and option, and no others', () => {
    const all = Object.entries(commands).flatMap(([command, options]) => [
      ...(command === '' ? [] : [command]),
      ...options.map((option) => `${command} ${option}`.trim()),
    ]);
    const optionOf = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);
    const isCovered = (name: string): boolean =>
      listed.includes(name) || (name.includes(' -') && listed.includes(`* ${optionOf(name)}`));
    expect(all.filter((name) => !isCovered(name))).toEqual([]);
    const known = new Set([...all, ...all.filter((name) => name.includes(' -')).map((name) => `* ${optionOf(name)}`)]);
    expect(listed.filter((name) => !known.has(name))).toEqual([]);
    expect(listed.filter((name, i) => listed.indexOf(name) !== i)).toEqual([]);
  });
});

describe('a row of the page', () => {
  it('says in at most one of ten cases that there is no counterpart', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ isNone }) => isNone).length).toBeLessThanOrEqual(rows.length / 10);
  });

  it('shows something that is run, and something that it prints', () => {
    for (const { theirs, steps, prints } of rows) {
      expect(Math.min(theirs.length, steps.length, prints.length), theirs.join()).toBeGreaterThan(0);
    }
  });
});

/** Returns what a row's steps did that differs from the page, with their output; `null` if nothing does. */
async function differenceFrom(row: Row, run: Run): Promise<object | null> {
  const { output, code, failed } = await run(row.steps);
  const missing = row.prints.filter((text) => !output.includes(text));
  if (code === row.exit && failed.length === 0 && missing.length === 0) return null;
  return { steps: row.steps, code, failed, missing, output: output.slice(0, 2000) };
}

describe.concurrent('on postgres', () => {
  const { prepare, run } = openRunner('postgres');
  beforeAll(prepare);

  it.each(rows.map((row) => ({ ...row, name: `${row.tool} ${row.theirs[0]}` })))('$name', async (row) => {
    expect(await differenceFrom(row, run)).toBeNull();
  });
});

describe.concurrent('on pglite, each command once', () => {
  const { prepare, run } = openRunner('pglite');
  beforeAll(prepare);

  const offline = new Set(['migrate:heads', 'migrate:create', 'migrate:merge', 'migrate:check', 'migrate:lint']);
  const firsts = commandTable.flatMap(({ name }) => {
    const first = rows.find(({ steps }) => steps.some((step) => new RegExp(`kernel ${name}(?: |$)`).test(step)));
    return first === undefined || offline.has(name) || !name.startsWith('migrate:') ? [] : [{ ...first, name }];
  });

  it.each(firsts)('$name', async (row) => {
    expect(await differenceFrom(row, run)).toBeNull();
  });
});
