import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';

const workspace = join(import.meta.dirname, '../..');
const published = ['./core/kernel', './core/dev', './plugins/core', './plugins/likes', './plugins/comments', './plugins/messages'] as const;

/**
 * The packages as npm would publish them: packed from what the build made, and unpacked into a project's node_modules.
 * What they depend on is linked, so that nothing is fetched.
 */
describe('packages that were packed and installed', () => {
  let cwd: string;
  let bin: string;

  beforeAll(() => {
    cwd = join(inject('scratch'), 'published');
    const modules = join(cwd, 'node_modules');
    mkdirSync(join(modules, '@headwater'), { recursive: true });
    const args = ['pack', '--json', '--silent', '--pack-destination', cwd, ...published];
    const out = execFileSync('npm', args, { cwd: workspace, encoding: 'utf8' });
    const packed = Object.values(JSON.parse(out) as Record<string, { name: string; filename: string }>);
    expect(packed).toHaveLength(published.length);
    for (const { name, filename } of packed) {
      const target = join(modules, name);
      mkdirSync(target, { recursive: true });
      execFileSync('tar', ['xf', join(cwd, filename), '-C', target, '--strip-components=1']);
    }
    for (const name of readdirSync(join(workspace, 'node_modules'))) {
      if (name !== '@headwater' && !name.startsWith('.'))
        symlinkSync(join(workspace, 'node_modules', name), join(modules, name));
    }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'site', private: true, type: 'module' }));
    bin = join(modules, '@headwater/kernel/bin/kernel.js');
  }, 60_000);

  it('hold what was built, the manifest included, and no sources', () => {
    for (const name of ['plugin-core', 'plugin-likes', 'plugin-comments', 'plugin-messages']) {
      const folder = join(cwd, 'node_modules/@headwater', name);
      expect(existsSync(join(folder, 'dist/headwater.json')), name).toBe(true);
      expect(existsSync(join(folder, 'src')), name).toBe(false);
    }
  });

  it.each(databaseKinds)('boot on %s from their manifests, and have nothing to do the second time', async (kind) => {
    const target = await emptyDatabase(kind);
    const plugins = { likes: {}, comments: {}, messages: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), core: '@headwater/plugin-core', plugins }));
    const list = await runKernel(['plugin:list', '--json'], { cwd, bin });
    const { plugins: found } = list.json() as { plugins: readonly { state: string; from: string }[] };
    expect(found.filter(({ state }) => state === 'active').map(({ from }) => from)).toEqual(Array(4).fill('built'));
    const first = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
    expect((first.json() as { applied: readonly string[] }).applied).toHaveLength(10);
    const second = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(second.json()).toMatchObject({ applied: [] });
  });

  it('make the same plan as the sources they were built from', async () => {
    const target = await emptyDatabase('postgres');
    const plugins = { likes: {}, comments: {}, messages: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), core: '@headwater/plugin-core', plugins }));
    const built = await runKernel(['migrate:up', '--json'], { cwd, bin });
    expect(built, built.stdout + built.stderr).toMatchObject({ code: 0 });
    const config = { database: urlOf(target), core: '@headwater/plugin-core', plugins };
    const linked = join(inject('scratch'), 'linked');
    mkdirSync(join(linked, 'node_modules/@headwater'), { recursive: true });
    symlinkSync(join(workspace, 'core/kernel'), join(linked, 'node_modules/@headwater/kernel'));
    for (const name of ['core', ...Object.keys(plugins)]) {
      symlinkSync(join(workspace, 'plugins', name), join(linked, `node_modules/@headwater/plugin-${name}`));
    }
    writeFileSync(join(linked, 'package.json'), '{ "private": true }');
    writeFileSync(join(linked, 'config.json'), JSON.stringify(config));
    // Sources on a database that the built packages migrated: nothing to do, and no drift.
    const sources = await runKernel(['migrate:up', '--json'], { cwd: linked });
    expect(sources, sources.stdout + sources.stderr).toMatchObject({ code: 0 });
    expect(sources.json()).toMatchObject({ applied: [] });
  });

  it('are refused as damaged where a manifest was edited by hand', async () => {
    const file = join(cwd, 'node_modules/@headwater/plugin-likes/dist/headwater.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('create table', 'create  table'));
    const refused = await runKernel(['config:check', '--json'], { cwd, bin });
    writeFileSync(file, text);
    expect(refused).toMatchObject({ code: 13 });
    expect(refused.json()).toMatchObject({ error: { code: 'MANIFEST_INVALID' } });
  });

  /** What a run of the packed kernel reads of code, by path below node_modules. `null` where it failed. */
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

  it('read four files of the kernel where nothing is pending, and of no other package any', async () => {
    const target = await emptyDatabase('postgres');
    const plugins = { likes: {}, comments: {}, messages: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), core: '@headwater/plugin-core', plugins }));
    const first = await loadedBy(['migrate:up']);
    expect(first).toContain('@headwater/kernel/dist/chunk/umzug.js');
    expect(first?.filter((file) => !file.startsWith('@headwater/'))).toEqual([]);
    const loaded = await loadedBy(['migrate:up']);
    const own = loaded?.filter((file) => file.startsWith('@headwater/'));
    expect(own?.toSorted()).toEqual(
      ['bin/kernel.js', 'dist/chunk/kernel.js', 'dist/chunk/rolldown-runtime.js', 'dist/cli.js'].map(
        (file) => `@headwater/kernel/${file}`,
      ),
    );
    expect(loaded?.filter((file) => !file.startsWith('@headwater/'))).toEqual([]);
  });

  it('carry the licences of what was put in, and of nothing else', () => {
    const text = readFileSync(join(cwd, 'node_modules/@headwater/kernel/dist/licences.txt'), 'utf8');
    const names = Array.from(text.matchAll(/^(\S+) \d+\.\d+\.\d+$/gm), ([, name]) => name);
    const inversify = ['common', 'container', 'core', 'plugin', 'reflect-metadata-utils'];
    const umzug = ['emittery', 'fdir', 'picomatch', 'pony-cause', 'tinyglobby', 'umzug'];
    const types = ['array', 'bytea', 'date', 'interval'].map((name) => `postgres-${name}`);
    const pg = ['pg', 'pg-connection-string', 'pg-int8', 'pg-protocol', 'pg-types', 'pgpass', 'split2', 'xtend'];
    expect(new Set(names)).toEqual(
      new Set([...inversify.map((name) => `@inversifyjs/${name}`), 'inversify', ...umzug, ...pg, ...types]),
    );
  });

  it('read one file of the kernel where a plugin imports the contract', () => {
    const code = `import { registerHooks } from 'node:module';
const own = [];
registerHooks({ load(url, context, next) { own.push(url); return next(url, context); } });
await import('@headwater/kernel/plugin');
console.log(own.map((url) => url.split('/dist/')[1]).join());`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' });
    expect(out.trim()).toBe('plugin.js,chunk/contract.js');
  });

  it('have one class of errors behind all doors, and know their own version', async () => {
    const code = `import { boot, KernelError, isKernelError } from '@headwater/kernel';
import { startTestKernel } from '@headwater/dev/testing';
const thrown = await Promise.all([
  boot({ config: 'nowhere.json' }).catch((error) => error),
  startTestKernel({ plugins: ['nobody'], cwd: '.' }).catch((error) => error),
]);
console.log(thrown.map((error) => [error instanceof KernelError, isKernelError(error), error.name]).join());`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' });
    expect(out.trim()).toBe('true,true,KernelError,true,true,KernelError');
    const { version } = JSON.parse(readFileSync(join(workspace, 'core/kernel/package.json'), 'utf8')) as { version: string };
    expect((await runKernel(['--version'], { cwd, bin })).stdout.trim()).toBe(version);
  });

  it('declare every door', () => {
    const { exports: doors } = JSON.parse(readFileSync(join(workspace, 'core/kernel/package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const names = Object.keys(doors).filter((door) => door !== './package.json');
    const imports = names.map((door, i) => `import * as door${i} from '@headwater/kernel${door.slice(1)}';`);
    // Where a declaration led nowhere, what it declares would be `any`, and every number too.
    const uses = names.map((_, i) => `// @ts-expect-error It is a module.\nexport const n${i}: number = door${i};`);
    writeFileSync(join(cwd, 'doors.ts'), [...imports, ...uses].join('\n'));
    const tsc = join(workspace, 'node_modules/@typescript/native/bin/tsc');
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--skipLibCheck'];
    const run = (): string => execFileSync(process.execPath, [tsc, ...settings, 'doors.ts'], { cwd, encoding: 'utf8' });
    expect(run()).toBe('');
  });

  it('make classes that were decorated with another copy of Inversify', async () => {
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
    // The one copy that is read is the plugin's; the kernel's is inside.
    expect(reads).toContain('@headwater/kernel/dist/chunk/open-container.js');
    expect(reads?.some((file) => file.startsWith('inversify/'))).toBe(true);
  });
});
