import { describe, expect, it } from 'vitest';
import { resolveExports } from '../../src/plugin/package-exports.ts';

const stock = ['node', 'import', 'module-sync', 'default'];
const source = ['headwater-source', ...stock];

describe('the exports of a package.json', () => {
  it.each<[exports: unknown, subpath: string, path: string | null]>([
    ['./x.js', '.', './x.js'],
    ['./x.js', './core', null],
    [{ default: './x.js' }, '.', './x.js'],
    [{ '.': './x.js', './core': './c.js' }, './core', './c.js'],
    [{ '.': { types: './x.d.ts', default: './x.js' } }, '.', './x.js'],
    [{ '.': { require: './x.cjs', import: './x.js' } }, '.', './x.js'],
    [{ '.': { require: './x.cjs' } }, '.', null],
    [{ '.': { default: './d.js', import: './never.js' } }, '.', './d.js'],
    [{ '.': { node: { import: './n.js' }, default: './d.js' } }, '.', './n.js'],
    [{ '.': { node: { require: './n.cjs' }, default: './d.js' } }, '.', './d.js'],
    [{ '.': [{ require: './x.cjs' }, './fallback.js'] }, '.', './fallback.js'],
    [{ '.': null }, '.', null],
    [undefined, '.', null],
    [5, '.', null],
    ['/etc/passwd', '.', null],
    ['../x.js', '.', null],
    ['./a/../../x.js', '.', null],
    ['./%2e%2e/x.js', '.', null],
    ['./a%2f..%2f..%2fx.js', '.', null],
    ['./node_modules/x.js', '.', null],
    ['x.js', '.', null],
    ['data:text/javascript,1', '.', null],
    ['./a\0.js', '.', null],
  ])('%j resolve %s to %s', (exports, subpath, path) => {
    expect(resolveExports(exports, subpath, stock)?.path ?? null).toBe(path);
  });

  it('show whether the condition headwater-source led to the target', () => {
    const both = { '.': { 'headwater-source': './src/x.ts', default: './dist/x.js' } };
    expect(resolveExports(both, '.', source)).toEqual({ path: './src/x.ts', fromSource: true });
    expect(resolveExports(both, '.', stock)).toEqual({ path: './dist/x.js', fromSource: false });
    const nested = { node: { 'headwater-source': { import: './src/x.ts' }, default: './dist/x.js' } };
    expect(resolveExports(nested, '.', source)).toEqual({ path: './src/x.ts', fromSource: true });
    expect(resolveExports('./src/x.ts', '.', source)).toEqual({ path: './src/x.ts', fromSource: false });
  });
});
