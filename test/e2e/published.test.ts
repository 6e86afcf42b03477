import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';
import { installTarballs, packPackages, type Site } from '../helper/packed-packages.ts';

const workspace = join(import.meta.dirname, '../..');

describe('packages that were packed and installed', () => {
  let site: Site;
  let cwd: string;
  let bin: string;

  beforeAll(async () => {
    site = await installTarballs(await packPackages(), join(inject('scratch'), 'published'));
    ({ cwd, bin } = site);
  }, 60_000);

  it.each(databaseKinds)('boot on %s from their manifests, with nothing to do the second time', async (kind) => {
    const target = await emptyDatabase(kind);
    site.configure(urlOf(target));
    const list = await runKernel(['plugin:list', '--json'], { cwd, bin });
    const { plugins: found } = list.json() as { plugins: readonly { state: string; from: string }[] };
    expect(found.filter(({ state }) => state === 'active').map(({ from }) => from)).toEqual(Array(4).fill('built'));
    const first = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
    expect((first.json() as { applied: readonly string[] }).applied).toHaveLength(10);
    const second = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(second.json()).toMatchObject({ applied: [] });
  });

  it('make the same plan as their sources', async () => {
    const target = await emptyDatabase('postgres');
    site.configure(urlOf(target));
    const built = await runKernel(['migrate:up', '--json'], { cwd, bin });
    expect(built, built.stdout + built.stderr).toMatchObject({ code: 0 });
    const linked = join(inject('scratch'), 'linked');
    mkdirSync(join(linked, 'node_modules/@headwater'), { recursive: true });
    symlinkSync(join(workspace, 'core/kernel'), join(linked, 'node_modules/@headwater/kernel'));
    for (const name of ['core', 'likes', 'comments', 'messages']) {
      symlinkSync(join(workspace, 'plugins', name), join(linked, `node_modules/@headwater/plugin-${name}`));
    }
    writeFileSync(join(linked, 'package.json'), '{ "private": true }');
    cpSync(join(cwd, 'config.json'), join(linked, 'config.json'));
    // On a database that the built packages migrated, the sources have nothing to do and report no drift.
    const sources = await runKernel(['migrate:up', '--json'], { cwd: linked });
    expect(sources, sources.stdout + sources.stderr).toMatchObject({ code: 0 });
    expect(sources.json()).toMatchObject({ applied: [] });
  });

  it('are refused as damaged if a manifest was edited by hand', async () => {
    const file = join(cwd, 'node_modules/@headwater/plugin-likes/dist/headwater.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('create table', 'create  table'));
    const refused = await runKernel(['config:check', '--json'], { cwd, bin });
    writeFileSync(file, text);
    expect(refused).toMatchObject({ code: 13 });
    expect(refused.json()).toMatchObject({ error: { code: 'MANIFEST_INVALID' } });
  });

  /** Returns the modules that a run of the packed kernel loads, by path below node_modules; `null` if it failed. */
  async function loadedBy(args: readonly string[]): Promise<readonly string[] | null> {
    const [preload, list] = [join(cwd, 'loads.mjs'), join(cwd, 'loads.txt')];
    const code = `import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context); } });`;
    writeFileSync(preload, code);
    writeFileSync(list, '');
    const done = await runKernel(args, { cwd, bin, env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` } });
    const urls = readFileSync(list, 'utf8').split('\n');
    const files = urls.flatMap((url) => /^file:.*\/node_modules\/(.+)$/.exec(url)?.[1] ?? []);
    return done.code === 0 ? files : null;
  }

  it('read nine files of the kernel, and none of any other package, if nothing is pending', async () => {
    const target = await emptyDatabase('postgres');
    site.configure(urlOf(target));
    const first = await loadedBy(['migrate:up']);
    expect(first).toContain('@headwater/kernel/dist/chunk/umzug.js');
    // OpenTelemetry's API is installed here, but no SDK is registered.
    expect(first?.filter((file) => !file.startsWith('@headwater/'))).toEqual([]);
    const loaded = await loadedBy(['migrate:up']);
    const own = loaded?.filter((file) => file.startsWith('@headwater/'));
    expect(own?.toSorted()).toEqual(
      [
        'bin/kernel.js',
        'dist/chunk/contract.js',
        'dist/chunk/driver.js',
        'dist/chunk/kernel.js',
        'dist/chunk/open.js',
        'dist/chunk/parsers.js',
        'dist/chunk/rolldown-runtime.js',
        'dist/cli.js',
        'dist/runtime/tricks.js',
      ].map((file) => `@headwater/kernel/${file}`),
    );
    expect(loaded?.filter((file) => !file.startsWith('@headwater/'))).toEqual([]);
  });

  it('contain the licenses of the bundled packages, and of no others', () => {
    const text = readFileSync(join(cwd, 'node_modules/@headwater/kernel/dist/licenses.txt'), 'utf8');
    const names = Array.from(text.matchAll(/^(\S+) \d+\.\d+\.\d+$/gm), ([, name]) => name);
    const inversify = ['common', 'container', 'core', 'plugin', 'prototype-utils', 'reflect-metadata-utils'];
    // The bundle leaves out the code of tinyglobby, but still names it: see rolldown.config.ts.
    const umzug = ['emittery', 'pony-cause', 'tinyglobby', 'umzug'];
    const types = ['array', 'bytea', 'date', 'interval'].map((name) => `postgres-${name}`);
    const pg = ['pg', 'pg-connection-string', 'pg-int8', 'pg-protocol', 'pg-types', 'pgpass', 'split2', 'xtend'];
    expect(new Set(names)).toEqual(
      new Set([...inversify.map((name) => `@inversifyjs/${name}`), 'inversify', ...umzug, ...pg, ...types]),
    );
  });

  it('load two files of the kernel when a plugin imports the contract', () => {
    const code = `import { registerHooks } from 'node:module';
const own = [];
registerHooks({ load(url, context, next) { own.push(url); return next(url, context); } });
await import('@headwater/kernel/plugin');
console.log(own.map((url) => url.split('/dist/')[1]).join());`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' });
    expect(out.trim()).toBe('plugin.js,chunk/contract.js');
  });

  it('share one error class behind all doors, and know their own version', async () => {
    const code = `import { boot, KernelError, isKernelError } from '@headwater/kernel';
import { startTestKernel } from '@headwater/dev/testing';
const thrown = await Promise.all([
  boot({ config: 'nowhere.json' }).catch((error) => error),
  startTestKernel({ plugins: ['nobody'], cwd: '.' }).catch((error) => error),
]);
console.log(thrown.map((error) => [error instanceof KernelError, isKernelError(error), error.name]).join());`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' });
    expect(out.trim()).toBe('true,true,KernelError,true,true,KernelError');
    const { version } = JSON.parse(readFileSync(join(workspace, 'core/kernel/package.json'), 'utf8')) as {
      version: string;
    };
    expect((await runKernel(['--version'], { cwd, bin })).stdout.trim()).toBe(version);
  });

  it('declare every door', () => {
    const { exports: doors } = JSON.parse(readFileSync(join(workspace, 'core/kernel/package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const names = Object.keys(doors).filter((door) => !door.endsWith('.json'));
    const imports = names.map((door, i) => `import * as door${i} from '@headwater/kernel${door.slice(1)}';`);
    // If a declaration could not be resolved, its type would be `any`, which is assignable to a number.
    const uses = names.map(
      (_, i) => `// @ts-expect-error A module is not a number.\nexport const n${i}: number = door${i};`,
    );
    writeFileSync(join(cwd, 'doors.ts'), [...imports, ...uses].join('\n'));
    const tsc = join(workspace, 'node_modules/@typescript/native/bin/tsc');
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--skipLibCheck'];
    const run = (): string => execFileSync(process.execPath, [tsc, ...settings, 'doors.ts'], { cwd, encoding: 'utf8' });
    expect(run()).toBe('');
  });

  it('create classes that were decorated with another copy of Inversify', async () => {
    const folder = join(cwd, 'node_modules/headwater-plugin-greeter');
    mkdirSync(join(folder, 'dist'), { recursive: true });
    const fields = { name: 'headwater-plugin-greeter', version: '1.0.0', type: 'module', exports: './dist/index.js' };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...fields, headwater: { plugin: 'greeter' } }));
    writeFileSync(
      join(folder, 'dist/headwater.json'),
      JSON.stringify({ format: 1, plugin: 'greeter', version: '1.0.0', revisions: [] }),
    );
    writeFileSync(
      join(folder, 'dist/index.js'),
      `import { definePlugin, token } from '@headwater/kernel/plugin';
import { inject, injectable } from 'inversify';
const Hour = token('greeter.hour');
export const Greeter = token('greeter');
class PoliteGreeter {
  constructor(hour) { this.greeting = \`hello at \${hour}\`; }
}
injectable()(PoliteGreeter);
inject(Hour.id)(PoliteGreeter, undefined, 0);
export default definePlugin({
  name: 'greeter',
  bind({ bind }) {
    bind(Hour).toConstantValue(9);
    bind(Greeter).to(PoliteGreeter);
  },
  start({ get }) {
    const { greeting } = get(Greeter);
    if (greeting !== 'hello at 9') throw new Error(greeting);
  },
});
`,
    );
    const target = await emptyDatabase('postgres');
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), plugins: { greeter: {} } }));
    const done = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    const reads = await loadedBy(['start', '--once']);
    // Node loads only the plugin's copy; the kernel's is bundled.
    expect(reads).toContain('@headwater/kernel/dist/chunk/open-container.js');
    expect(reads?.some((file) => file.startsWith('inversify/'))).toBe(true);
  });
});
