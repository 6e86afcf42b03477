import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const fixture = join(root, 'test/fixtures/decorated');
const container = pathToFileURL(join(root, 'core/kernel/src/container/open-container.ts')).href;
const folder = mkdtempSync(join(tmpdir(), 'headwater-decorated-'));

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
 * What a process prints that opens a container with the built plugin, and perhaps one for `likes`, and then runs
 * `code`: in a process of its own, since decorators act when a module is imported.
 */
function printed(code: string, likes = ''): unknown {
  const script = `
    import { registerHooks } from 'node:module';
    const loads = [];
    registerHooks({ load(url, context, next) { loads.push(url); return next(url, context); } });
    const { openContainer } = await import(${JSON.stringify(container)});
    const { token } = await import('@headwater/kernel/plugin');
    const module = await import(${JSON.stringify(pathToFileURL(join(folder, 'dist/index.js')).href)});
    const plugins = [{ name: 'decorated', package: 'p', running: module.default, options: {}, exports: module }${likes}];
    const { get, getOf } = openContainer(plugins);
    const { Greeter } = module;
    console.log(JSON.stringify(${code}));`;
  return JSON.parse(run(script));
}

const withLikes = `, { name: 'likes', package: 'l', options: {}, running: { bind({ bind }) {
  bind(token('likes')).toConstantValue({ count: () => 3 });
} } }`;

test('classes that tsc decorated get what they ask for, by constructor and by property', () => {
  expect(printed(`get(Greeter).greet('Ada')`)).toBe('9h hello Ada');
});

test('a decorated class gets an optional token while its plugin is active', () => {
  expect(printed(`get(Greeter).greet('Ada')`, withLikes)).toBe('9h hello Ada, liked 3 times');
});

test('a decorated class is made as often as its binding says, whatever Inversify’s default is', () => {
  const clock = `get(token('decorated.clock')) === get(token('decorated.clock'))`;
  expect(printed(`[get(Greeter) === get(Greeter), ${clock}]`)).toEqual([false, true]);
});

test('what a decorated plugin does not export is private to it', () => {
  const code = `(() => { try { getOf('likes')(token('decorated.clock')); } catch (error) { return error.code; } })()`;
  expect(printed(code, withLikes)).toBe('TOKEN_PRIVATE');
});

test('reflect-metadata comes once, with Inversify, before the plugin’s classes are decorated', () => {
  const order = printed(`loads.filter((url) => /reflect-metadata\\/Reflect|dist\\/greeter/.test(url))`);
  expect(order).toEqual([
    expect.stringContaining('/reflect-metadata/ReflectLite.js'),
    pathToFileURL(join(folder, 'dist/greeter.js')).href,
  ]);
});

test('a decorated plugin can be imported where no container is, to check its options', () => {
  const script = `console.log((await import('./dist/index.js')).default.name);`;
  expect(run(script)).toBe('decorated\n');
});
