import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, type Bench } from './bench.ts';
import { otherCases, partCases, tableCases } from './cases.ts';

/**
 * The SQL of every kind of change, up and down, as files for reading. After a change that is meant:
 * `UPDATE_GOLDEN=1 npx vitest run core/test/difference/golden.test.ts`, and look at what git shows.
 */
const groups = { tables: tableCases, parts: partCases, others: otherCases } as const;
const update = process.env['UPDATE_GOLDEN'] === '1';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe.each(Object.entries(groups))('the difference of %s', (group, cases) => {
  const file = join(import.meta.dirname, `golden/${group}.sql`);
  const golden = sectionsOf(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
  const now = new Map<string, string>();
  afterAll(() => {
    if (update) writeFileSync(file, Array.from(now, ([name, text]) => `-- # ${name}\n\n${text}\n`).join('\n\n'));
  });

  // The step itself throws where the SQL does not lead to what MikroORM would create, or not back.
  it.each(cases)('leads there and back by this SQL: $name', async ({ name, before, after, ...options }) => {
    const { up, down } = await bench.step(before, after, options);
    const text = `-- up\n\n${up}\n\n-- down\n\n${down}`;
    now.set(name, text);
    expect(text).toBe(update ? text : golden.get(name));
  });

  it.skipIf(update)('is pinned for these kinds of change and no others', () => {
    expect([...golden.keys()]).toEqual(cases.map(({ name }) => name));
  });
});

function sectionsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/^-- # /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end).trim()];
      }),
  );
}
