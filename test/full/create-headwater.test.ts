import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { emptyDatabase, testDatabase, urlOf } from '../helper/database.ts';
import { freePort } from '../helper/free-port.ts';
import { startKernel } from '../helper/kernel-process.ts';
import type { Tarball } from '../helper/pack.ts';
import { installTarballs, packPackages } from '../helper/packed-packages.ts';
import { hasRegistry, skipReason } from '../helper/registry.ts';

const execute = promisify(execFile);

/** Creates an application and a plugin with the packed packages, and uses both as their README says. */
describe.skipIf(!hasRegistry)(`what npm create headwater makes${skipReason}`, () => {
  let scratch: string;
  let tarballs: readonly Tarball[];
  let create: (...words: readonly string[]) => Promise<void>;

  beforeAll(async () => {
    scratch = join(realpathSync(inject('scratch')), 'create-headwater');
    mkdirSync(scratch);
    tarballs = await packPackages();
    const { cwd } = await installTarballs(tarballs, join(scratch, 'npx'));
    const bin = join(cwd, 'node_modules/create-headwater/bin/create-headwater.js');
    create = async (...words) => void (await execute(process.execPath, [bin, ...words], { cwd: scratch }));
  });

  /** Makes npm install our packages from their tarballs, since no registry has them. */
  function useTarballs(folder: string): void {
    for (const path of globSync(['package.json', 'plugins/*/package.json'], { cwd: folder })) {
      const file = join(folder, path);
      const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string> | undefined>;
      for (const list of [json['dependencies'], json['devDependencies']]) {
        for (const { name, file: tarball } of tarballs) if (list?.[name] !== undefined) list[name] = `file:${tarball}`;
      }
      writeFileSync(file, JSON.stringify(json, null, 2));
    }
  }

  /** Runs npm, and fails with its output. */
  async function npm(
    cwd: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { NODE_TEST_CONTEXT: _, NODE_ENV: __, ...own } = process.env;
    try {
      return (await execute('npm', args, { cwd, env: { ...own, NO_COLOR: '1', ...env }, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      // execFile adds the output to its errors.
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      throw new Error(`npm ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
    }
  }

  it('an application passes its lint, types and tests, and starts', async () => {
    await create('shop', '--name', 'my-tags');
    const cwd = join(scratch, 'shop');
    useTarballs(cwd);
    await npm(cwd, ['install', '--no-audit', '--no-fund']);
    for (const script of ['lint', 'typecheck', 'test', 'check']) await npm(cwd, ['run', script]);
    await npm(cwd, ['test'], { HEADWATER_TEST_DATABASE: testDatabase('postgres') });

    const port = String(await freePort());
    const env = { PORT: port, DATABASE_URL: urlOf(await emptyDatabase('postgres')) };
    const { child, says, finished } = startKernel(['start'], { cwd, env });
    try {
      await says('ready in');
      const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      expect(page).toContain('<title>Notes');
      expect((await fetch(`http://127.0.0.1:${port}/api/my-tags/users/1`)).status).toBe(404);
    } finally {
      child.kill('SIGTERM');
      await finished;
    }

    await npm(cwd, ['exec', '--', 'kernel', 'plugin:create', 'pins']);
    useTarballs(cwd);
    await npm(cwd, ['install', '--no-audit', '--no-fund']);
    await npm(cwd, ['exec', '--', 'kernel', 'plugin:enable', 'pins']);
    await npm(cwd, ['run', 'check']);
    await npm(cwd, ['test', '--workspace', 'plugins/pins']);
  });

  it('a plugin passes its lint, types and tests, starts, and can be published', async () => {
    await create('headwater-plugin-tags', '--plugin');
    const cwd = join(scratch, 'headwater-plugin-tags');
    useTarballs(cwd);
    await npm(cwd, ['install', '--no-audit', '--no-fund']);
    for (const script of ['lint', 'typecheck', 'test']) await npm(cwd, ['run', script]);
    const kernel = (...words: readonly string[]): Promise<string> => npm(cwd, ['exec', '--', 'kernel', ...words]);
    expect(await kernel('migrate:create', 'tags')).toContain('tags has no changes.');
    await kernel('start', '--once');
    expect(await npm(cwd, ['run', 'build'])).toContain('+ tags@0001_create_note');
    await kernel('plugin:build', '--check');
    expect(await kernel('plugin:verify')).toMatch(
      /verified: tags 1\.0\.0, 1 revision, .*tried: enabled, disabled, uninstalled, installed again/s,
    );
    const [packed] = JSON.parse(await npm(cwd, ['pack', '--json', '--silent', '--dry-run'])) as [
      { readonly files: readonly { readonly path: string }[] },
    ];
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['dist/headwater.json', 'dist/index.js', 'LICENSE', 'README.md']));
    expect(paths.filter((path) => path.startsWith('src/') || path.startsWith('test/'))).toEqual([]);
  });
});
