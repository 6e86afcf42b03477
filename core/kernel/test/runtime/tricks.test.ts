import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inject, beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { installedKernel } from '../../../../test/helper/installed-packages.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { ok } from '../cli/support.ts';
import { changesIn, writeProbe, type ProcessChanges } from './probe.ts';

const entities = `
const Like = defineEntity({ name: 'Like', tableName: 'likes_like', properties: { id: p.integer().primary() } });
export const entities = [Like];
export const extend = [];`;

const revisions = {
  '0001_create_like': {
    up: 'create table "likes_like" ("id" serial primary key);',
    down: 'drop table "likes_like";',
  },
};

describe('the kernel command', () => {
  let project: Project;
  let probe: string;
  beforeAll(async () => {
    const likes = { built: true, entities, revisions };
    project = await makeProject({ plugins: { core: { built: true }, likes }, database: await emptyDatabase('pglite') });
    probe = writeProbe(project);
  });

  async function changesOf(own: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<ProcessChanges> {
    // Hides the cache that all tests share, because Node would use it in any case.
    const env = { NODE_OPTIONS: `--import=${probe}`, NODE_COMPILE_CACHE: '', TMPDIR: project.cwd, ...own };
    return changesIn((await project.kernelWith({ env }, ...args)).stderr);
  }

  it('enables its tricks in its own process', async () => {
    const start = await changesOf({}, 'start', '--once', '--json');
    expect(start.switches.map((flag) => flag.replace(/=.*/, ''))).toEqual(
      expect.arrayContaining(['--wasm-tiering-budget', '--wasm-tier-up-filter', '--wasm-lazy-validation']),
    );
    expect(start).toMatchObject({ hooks: 1, compileCache: true });
    expect(await changesOf({}, '--help')).toMatchObject({ switches: [], hooks: 0, compileCache: true, crypto: false });
  });

  it('resets each V8 switch to its default', async () => {
    const { switches } = await changesOf({}, 'start', '--once', '--json');
    const last = new Map(switches.map((flag) => [flag.replace(/^--(?:no-)?|=.*/g, ''), flag]));
    expect([...last.values()].toSorted()).toEqual([
      '--no-wasm-lazy-validation',
      '--semi-space-growth-factor=2',
      '--wasm-tier-up-filter=-1',
      '--wasm-tiering-budget=13000000',
    ]);
  });

  it('loads no module of Node while it reads manifests with a V8 switch set', async () => {
    const { switches, underSwitch } = await changesOf({}, 'migrate:heads');
    expect(switches).toContain('--semi-space-growth-factor=1');
    expect(underSwitch).toEqual([]);
  });

  it.each([['start', '--once', '--json'], ['migrate:create', 'likes', '--dry-run'], ['migrate:lint'], ['--help']])(
    'enables none of them with HEADWATER_PLAIN_RUNTIME=1: %s',
    async (...args) => {
      expect(await changesOf({ HEADWATER_PLAIN_RUNTIME: '1' }, ...args)).toEqual({
        switches: [],
        underSwitch: [],
        hooks: 0,
        compileCache: false,
        listeners: [],
        crypto: true,
      });
    },
  );
});

describe('a workspace with HEADWATER_PLAIN_RUNTIME=1', () => {
  const plain = { env: { HEADWATER_PLAIN_RUNTIME: '1' } };

  it('runs its plugins from their builds', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: { revisions } } });
    const listed = async (options: object): Promise<unknown> => {
      const { plugins } = ok(await project.kernelWith(options, 'plugin:list', '--json')).json() as {
        readonly plugins: readonly { readonly name: string; readonly from: string }[];
      };
      return plugins.map(({ name, from }) => `${name} ${from}`);
    };
    for (const name of ['core', 'likes']) ok(await project.kernel('plugin:build', project.folderOf(name)));
    expect(await listed({})).toEqual(['core sources', 'likes sources']);
    expect(await listed(plain)).toEqual(['core built', 'likes built']);
    expect((await project.kernelWith(plain, 'migrate:heads')).stdout).toBe('likes@0001_create_like\n');
  });

  it('runs the kernel from its build', async () => {
    const project = await makeProject({ plugins: { core: { built: true } } });
    // Outside node_modules, as in a workspace, but without sources to run from.
    const installed = installedKernel(inject('scratch'));
    const linked = join(installed, '../../..', basename(project.cwd));
    cpSync(installed, linked, { recursive: true });
    const bin = join(linked, 'bin/kernel.js');
    expect(await project.kernelWith({ bin }, '--version')).toMatchObject({ code: 1, stdout: '' });
    expect((await project.kernelWith({ bin, ...plain }, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    rmSync(join(linked, 'dist'), { recursive: true });
    const notBuilt = await project.kernelWith({ bin, ...plain }, '--version');
    expect(notBuilt).toMatchObject({ code: 1, stdout: '' });
    expect(notBuilt.stderr).toContain('which has to be built: npm run build');
  });
});
