import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';
import { stagePackages, unpack, type Tarball } from '../helper/pack.ts';
import { packPackages, readPackageJson } from '../helper/packed-packages.ts';
import { hasRegistry, pnpm, skipReason } from '../helper/registry.ts';

const execute = promisify(execFile);
const yarn = 'yarn@1.22.22';

/** Runs a package manager that npm fetches from the registry. */
async function run(manager: string, args: readonly string[], cwd: string): Promise<string> {
  return (await execute('npx', ['--yes', manager, ...args], { cwd, maxBuffer: 2 ** 26 })).stdout;
}

describe.skipIf(!hasRegistry)(`packages installed by pnpm${skipReason}`, () => {
  let cwd: string;
  let bin: string;
  const configure = (database: string): void => {
    const plugins = { likes: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database, core: '@headwater/plugin-core', plugins }));
  };

  beforeAll(async () => {
    cwd = join(inject('scratch'), 'pnpm');
    mkdirSync(cwd);
    const tarballs = await packPackages();
    const from = (name: string): [string, string] => [name, `file:${fileOf(tarballs, name)}`];
    const names = ['@headwater/kernel', '@headwater/plugin-core', '@headwater/plugin-likes'];
    writeFileSync(
      join(cwd, 'package.json'),
      JSON.stringify({
        name: 'site',
        private: true,
        type: 'module',
        dependencies: {
          ...Object.fromEntries(names.map(from)),
          '@mikro-orm/core': '7.2.1',
          '@mikro-orm/postgresql': '7.2.1',
        },
        devDependencies: Object.fromEntries([from('@headwater/dev')]),
      }),
    );
    await run(pnpm, ['install'], cwd);
    bin = join(cwd, 'node_modules/@headwater/kernel/bin/kernel.js');
  });

  it('run on the embedded database, and prove revisions', async () => {
    configure('pglite://.data');
    const started = await runKernel(['start', '--once'], { cwd, bin });
    expect(started.stdout + started.stderr).toContain('Applied 6 revisions:');
    const verified = await runKernel(['migrate:verify', 'likes'], { cwd, bin });
    expect(verified.stdout + verified.stderr).toContain('proven');
  });

  it('run on a server without the developer tools', async () => {
    rmSync(join(cwd, 'node_modules'), { recursive: true });
    await run(pnpm, ['install', '--prod'], cwd);
    expect(globSync('node_modules/.pnpm/*pglite*', { cwd })).toEqual([]);
    expect(existsSync(join(cwd, 'node_modules/@headwater/dev'))).toBe(false);
    configure(urlOf(await emptyDatabase('postgres')));
    const started = await runKernel(['start', '--once'], { cwd, bin });
    expect(started.stdout + started.stderr).toContain('Applied 6 revisions:');
  });
});

describe.skipIf(!hasRegistry)(`packages packed by other package managers${skipReason}`, () => {
  it.each([pnpm, yarn])('do not refer to sources, and package.json stays unchanged: %s', async (manager) => {
    const scratch = join(inject('scratch'), `packed-by-${manager}`);
    const folder = stagePackages(scratch).find((one) => one.endsWith('plugins/likes')) ?? '';
    const text = (): string => readFileSync(join(folder, 'package.json'), 'utf8');
    const before = text();
    await run(manager, ['pack'], folder);
    expect(text()).toBe(before);
    const [file = ''] = globSync('*.tgz', { cwd: folder });
    await unpack({ name: 'likes', file: join(folder, file) }, join(scratch, 'unpacked'));
    const { exports } = readPackageJson(join(scratch, 'unpacked'));
    expect(JSON.stringify(exports)).toContain('./dist/index.js');
    expect(JSON.stringify(exports)).not.toMatch(/headwater-source|src\//);
  });
});

function fileOf(tarballs: readonly Tarball[], name: string): string {
  const found = tarballs.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found.file;
}
