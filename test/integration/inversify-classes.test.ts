import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const fixture = join(root, 'test/fixtures/inversify-classes');
const container = pathToFileURL(join(root, 'core/kernel/src/container/open-container.ts')).href;
const folder = mkdtempSync(join(tmpdir(), 'headwater-inversify-classes-'));

beforeAll(() => {
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', fixture, '--outDir', join(folder, 'dist')], { stdio: 'pipe' });
  copyFileSync(join(fixture, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string): string {
  return execFileSync(process.execPath, ['--conditions=headwater-source', '--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
}

/**
 * Evaluates `code` in a container with the built plugin and the plugins in `others`. It runs in a separate process,
 * because decorators act when a module is imported.
 */
function inContainer(code: string, others = ''): unknown {
  const script = `
    import { registerHooks } from 'node:module';
    const loads = [];
    registerHooks({ load(url, context, next) { loads.push(url); return next(url, context); } });
    const { openContainer } = await import(${JSON.stringify(container)});
    const { token } = await import('@headwater/kernel/plugin');
    const module = await import(${JSON.stringify(pathToFileURL(join(folder, 'dist/index.js')).href)});
    const plugins = [{ name: 'greeter', package: 'p', definition: module.default, options: {}, exports: module }${others}];
    const { get, getOf } = openContainer(plugins);
    const { Greeter } = module;
    console.log(JSON.stringify(${code}));`;
  return JSON.parse(run(script));
}

const likes = `, { name: 'likes', package: 'l', options: {}, definition: { bind({ bind }) {
  bind(token('likes')).toConstantValue({ count: () => 3 });
} } }`;

test('classes decorated by tsc get their dependencies through the constructor and through properties', () => {
  expect(inContainer(`get(Greeter).greet('Ada')`)).toBe('9h hello Ada');
});

test('a decorated class gets an optional service while its plugin is active', () => {
  expect(inContainer(`get(Greeter).greet('Ada')`, likes)).toBe('9h hello Ada, liked 3 times');
});

test('the binding decides the scope of a decorated class, regardless of the default of Inversify', () => {
  const clock = `get(token('greeter.clock')) === get(token('greeter.clock'))`;
  expect(inContainer(`[get(Greeter) === get(Greeter), ${clock}]`)).toEqual([false, true]);
});

test('a token that the plugin does not export is private to it', () => {
  const code = `(() => { try { getOf('likes')(token('greeter.clock')); } catch (error) { return error.code; } })()`;
  expect(inContainer(code, likes)).toBe('TOKEN_PRIVATE');
});

test('Inversify loads reflect-metadata, once, before the classes of the plugin are decorated', () => {
  const order = inContainer(`loads.filter((url) => /reflect-metadata\\/Reflect|dist\\/greeter/.test(url))`);
  expect(order).toEqual([
    expect.stringContaining('/reflect-metadata/ReflectLite.js'),
    pathToFileURL(join(folder, 'dist/greeter.js')).href,
  ]);
});

test('the plugin can be imported without a container, to check its options', () => {
  const script = `console.log((await import('./dist/index.js')).default.name);`;
  expect(run(script)).toBe('greeter\n');
});
