import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultCatalog } from '../faults/fault-catalog.ts';
import { findings } from '../faults/findings.ts';
import type { PromiseTest } from '../faults/promise-tests.ts';
import { promises } from '../faults/promises.ts';
import { promisesPage, type Record, type RecordedSoak } from '../faults/promises-page.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Returns the tests that do not exist. */
function missing(tests: readonly PromiseTest[]): readonly PromiseTest[] {
  return tests.filter(({ file, name }) => !existsSync(join(root, file)) || !read(file).includes(name));
}

describe('docs/promises.md', () => {
  it.each([
    ...promises.map(({ title, tests }) => [title, tests] as const),
    ...faultCatalog.map(({ id, tests }) => [id, tests] as const),
  ])('names at least one test, and only tests that exist: %s', (_, tests) => {
    expect(tests).not.toEqual([]);
    expect(missing(tests)).toEqual([]);
  });

  it.each(findings)('names a test and a file that exist: $bug', ({ test, fixed }) => {
    expect(missing([test])).toEqual([]);
    expect(existsSync(join(root, fixed)), fixed).toBe(true);
  });

  it('has the recorded numbers; npm run faults -- --record writes it', () => {
    const record = JSON.parse(read('test/faults/recorded.json')) as Record;
    const soak = JSON.parse(read('test/faults/recorded-soak.json')) as RecordedSoak;
    expect(read('docs/promises.md')).toBe(promisesPage(record, soak));
  });
});
