import { describe, expect, it } from 'vitest';
import { isSource } from '../../src/reload/source-watch.ts';

describe('a change reloads the application', () => {
  it.each([
    ['index.ts', true],
    ['migrations/0001_a.ts', true],
    ['page.jsx', true],
    ['old.cjs', true],
    ['config.json', true],
    ['config.production.json', true],
    ['config.schema.json', false],
    ['README.md', false],
    ['.index.ts.swp', false],
    ['.git/config.json', false],
    ['node_modules/a/index.js', false],
    ['dist/index.js', false],
    ['index.ts~', false],
  ])('if it is one of %s: %s', (path, reloads) => {
    expect(isSource(path)).toBe(reloads);
    expect(isSource(path.replaceAll('/', '\\'))).toBe(reloads);
  });
});
