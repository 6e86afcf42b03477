import { execFile } from 'node:child_process';
import { globSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';
import type { Tarball } from '../helper/pack.ts';
import { packPackages } from '../helper/packed-packages.ts';
import { hasRegistry, skipReason } from '../helper/registry.ts';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../..');

/** A project whose packages npm installs from a registry, except those of this workspace. */
interface Project {
  readonly cwd: string;
  readonly npm: (...args: readonly string[]) => Promise<string>;
  /** Runs the installed `kernel`, and fails with its output if the exit code is not the expected one. */
  readonly kernel: (args: readonly string[], code?: number) => Promise<string>;
  /** Writes config.json: plugin zero and the plugin likes, on this database. */
  readonly configure: (database: string) => void;
}

describe.skipIf(!hasRegistry)(`packages installed from a registry${skipReason}`, () => {
  let tarballs: readonly Tarball[];

  beforeAll(async () => {
    tarballs = await packPackages();
  });

  function makeProject(name: string): Project {
    const cwd = join(inject('scratch'), name);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
    const bin = join(cwd, 'node_modules/@headwater/kernel/bin/kernel.js');
    return {
      cwd,
      npm: async (...args) => (await run('npm', args, { cwd, maxBuffer: 2 ** 26 })).stdout,
      async kernel(args, code = 0) {
        const done = await runKernel(args, { cwd, bin });
        expect(done.code, `kernel ${args.join(' ')}\n${done.stdout}${done.stderr}`).toBe(code);
        return done.stdout + done.stderr;
      },
      configure(database) {
        const plugins = { likes: {} };
        writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database, core: '@headwater/plugin-core', plugins }));
      },
    };
  }

  /** Replaces the names of packages of this workspace with their tarballs. */
  function withTarballs(words: readonly string[]): readonly string[] {
    return words.map((word) => tarballs.find(({ name }) => name === word)?.file ?? word);
  }

  /** Runs the lines of a package's README that install packages. */
  async function followReadme(project: Project, folder: string, lines: RegExp): Promise<void> {
    const text = readFileSync(join(workspace, folder, 'README.md'), 'utf8');
    const found = Array.from(text.matchAll(/^npm (install .+)$/gm), ([, line = '']) => line.split(' '));
    const chosen = found.filter((words) => lines.test(words.join(' ')));
    expect(chosen.length, folder).toBeGreaterThan(0);
    for (const words of chosen) await project.npm(...withTarballs(words));
  }

  it('run on a server without the developer tools and without the embedded database', async () => {
    const project = makeProject('server');
    const names = ['@headwater/kernel', '@headwater/plugin-core', '@headwater/plugin-likes'];
    await project.npm(
      'install',
      '--omit=dev',
      ...withTarballs(names),
      '@mikro-orm/core@^7.2.0',
      '@mikro-orm/postgresql@^7.2.0',
    );
    await expectServerOnly(project);
    project.configure(urlOf(await emptyDatabase('postgres')));
    expect(await project.kernel(['start', '--once'])).toContain('Applied 6 revisions:');
    expect(await project.kernel(['migrate:status'])).toContain('Nothing is pending.');
    expect(await project.kernel(['migrate:create', 'likes'], 12)).toContain('DEV_NOT_INSTALLED');
    project.configure('pglite://');
    expect(await project.kernel(['start', '--once'], 11)).toContain('EMBEDDED_NOT_INSTALLED');
  });

  it('can be installed without naming peers, and without any package but the kernel', async () => {
    const project = makeProject('kernel-alone');
    await project.npm('install', ...withTarballs(['@headwater/kernel']));
    await expectServerOnly(project);
    expect(await project.kernel(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('run as their READMEs say, and omit the developer tools with --omit=dev', async () => {
    const project = makeProject('developer');
    await followReadme(project, 'core/kernel', /kernel|dev/);
    await followReadme(project, 'plugins/core', /plugin-core/);
    await followReadme(project, 'plugins/likes', /plugin-likes/);
    project.configure('pglite://.data');
    expect(await project.kernel(['start', '--once'])).toContain('Applied 6 revisions:');
    expect(await project.kernel(['migrate:verify', 'likes'])).toContain('proven');
    await project.npm('ci', '--omit=dev');
    await expectServerOnly(project);
    project.configure(urlOf(await emptyDatabase('postgres')));
    expect(await project.kernel(['start', '--once'])).toContain('Applied 6 revisions:');
  });

  it('get the embedded database with the command that the error shows', async () => {
    const project = makeProject('embedded');
    const names = ['@headwater/kernel', '@headwater/plugin-core', '@headwater/plugin-likes'];
    await project.npm('install', ...withTarballs(names));
    project.configure('pglite://.data');
    const line = /fix: npm (install [^(]+) \(/.exec(await project.kernel(['start', '--once'], 11))?.[1];
    await project.npm(...(line ?? '').split(' '));
    expect(await project.kernel(['start', '--once'])).toContain('Applied 6 revisions:');
  });

  it('get matching developer tools with the command that the error shows', async () => {
    const project = makeProject('unpinned');
    await project.npm(
      'install',
      ...withTarballs(['@headwater/kernel', '@headwater/plugin-core', '@headwater/plugin-likes']),
    );
    await project.npm('install', '--save-dev', ...withTarballs(['@headwater/dev']));
    project.configure(urlOf(await emptyDatabase('postgres')));
    const done = await runKernel(['migrate:verify', 'likes'], { cwd: project.cwd, bin: binOf(project) });
    // If npm has the latest version of every MikroORM package, the versions match and nothing is refused.
    if (done.code !== 0) {
      expect(done.code, done.stderr).toBe(11);
      const line = /fix: npm (install [^(]+) \(/.exec(done.stderr)?.[1];
      await project.npm(...(line ?? '').split(' '), '--save-dev');
    }
    expect(await project.kernel(['migrate:verify', 'likes'])).toContain('proven');
  });
});

function binOf({ cwd }: Project): string {
  return join(cwd, 'node_modules/@headwater/kernel/bin/kernel.js');
}

/** A server needs about 45 packages and 18 MB; with the embedded database it would be 48 MB. */
async function expectServerOnly({ cwd, npm }: Project): Promise<void> {
  const listed = await npm('ls', '--all', '--omit=dev', '--parseable');
  const names = listed.split('\n').flatMap((line) => /node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(line)?.[1] ?? []);
  expect(names).toContain('@headwater/kernel');
  expect(names.filter((name) => /^@headwater\/dev$|pglite|^@mikro-orm\/migrations$/.test(name))).toEqual([]);
  expect(names.length).toBeLessThan(50);
  const files = globSync('node_modules/**/*', { cwd }).map((file) => lstatSync(join(cwd, file)));
  const bytes = files.reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
  expect(bytes / 1e6).toBeLessThan(22);
}
