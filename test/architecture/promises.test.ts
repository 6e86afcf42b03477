import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { promises } from '../faults/promises.ts';
import { promisesPage, type Record } from '../faults/promises-page.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('docs/promises.md', () => {
  it.each(promises)('names tests that exist: $title', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, name } of tests) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(read(file), `${file} has no test "${name}"`).toContain(name);
    }
  });

  it('has the recorded numbers; npm run faults -- --record writes it', () => {
    expect(read('docs/promises.md')).toBe(promisesPage(JSON.parse(read('test/faults/recorded.json')) as Record));
  });
});
