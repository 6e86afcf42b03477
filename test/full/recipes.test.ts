import { execFile } from 'node:child_process';
import { globSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import type { Tarball } from '../helper/pack.ts';
import { packPackages, readPackageJson } from '../helper/packed-packages.ts';
import { fileOnPage, followPage, type Followed } from '../helper/page.ts';
import { hasRegistry, node26, pnpm, skipReason } from '../helper/registry.ts';
import { contextProbe } from './context-probe.ts';
import { binOf, hostShell } from './recipe-host.ts';

const execute = promisify(execFile);
const workspace = realpathSync(join(import.meta.dirname, '../..'));
const pages = join(workspace, 'docs/guide/embedding');

/** A project of a page in docs/guide/embedding, and the file of its package.json there. */
interface Recipe {
  readonly name: string;
  readonly page: string;
  readonly packageFile: string;
}

const recipe = (name: string, page = name, packageFile = 'package.json'): Recipe => ({ name, page, packageFile });
const nest = [recipe('nestjs'), recipe('nestjs-11', 'nestjs', 'nestjs-11/package.json')];
const others = ['fastify', 'express', 'worker', 'vitest', 'kysely', 'drizzle'].map((name) => recipe(name));
const recipes = [...nest, ...others];

const pageOf = ({ page }: Recipe): string => join(pages, `${page}.md`);
const packageJsonOf = (one: Recipe): string => fileOnPage(pageOf(one), one.packageFile);

/** The parts of a recipe's package.json that the tests read. */
interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Follows the page of a recipe in the project `cwd`, whose packages are installed, on the database of `url`. */
async function follow(one: Recipe, cwd: string, bin: string, url: string): Promise<Followed> {
  await using shell = await hostShell(cwd, bin, { DATABASE_URL: url });
  return await followPage({
    page: pageOf(one),
    cwd,
    run: shell.run,
    // The page may show package.json for another version first.
    install: () => writeFileSync(join(cwd, 'package.json'), packageJsonOf(one)),
    sessions: 1,
  });
}

/** Returns the URL of an empty database. */
async function emptyUrl(): Promise<string> {
  return urlOf(await emptyDatabase('postgres'));
}

/** Stops the server of a recipe while a request waits for a lock. Returns the answer to that request. */
async function answerDuringStop(cwd: string, bin: string, command: string, url: string): Promise<string> {
  await using shell = await hostShell(cwd, bin, { DATABASE_URL: url });
  await shell.run(`${command} &`);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin; lock table core_user in access exclusive mode');
    const answer = shell.run('curl -X POST http://localhost:3000/users/late');
    const waiting = `select from pg_locks where relation = 'core_user'::regclass and not granted`;
    await expect.poll(async () => (await client.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1);
    const stopped = shell.run('kill %1');
    // Without the request, the server would have ended after this time.
    expect(await Promise.race([stopped, setTimeout(500, 'waits')])).toBe('waits');
    await client.query('rollback');
    expect((await stopped).output).toBe('');
    return (await answer).output;
  } finally {
    await client.end();
  }
}

describe.skipIf(!hasRegistry)(`the recipes for hosts${skipReason}`, () => {
  let tarballs: readonly Tarball[];
  let root: string;

  beforeAll(async () => {
    root = join(realpathSync(inject('scratch')), 'recipes');
    tarballs = await packPackages();
    // One installation for all: npm puts what differs, like NestJS 11, into the project that asks for it.
    for (const one of recipes) {
      mkdirSync(join(root, one.name), { recursive: true });
      writeFileSync(join(root, one.name, 'package.json'), packageJsonOf(one));
    }
    const shared = ['@headwater/kernel', '@headwater/plugin-core', '@mikro-orm/core', '@mikro-orm/postgresql'];
    const { dependencies } = JSON.parse(packageJsonOf(recipe('fastify'))) as PackageFile;
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({
        private: true,
        workspaces: recipes.map(({ name }) => name),
        dependencies: Object.fromEntries(shared.map((name) => [name, tarballOf(name) ?? dependencies[name]])),
      }),
    );
    await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: root });
  });

  /** Returns the specifier of a package that was packed. */
  function tarballOf(name: string): string | undefined {
    const found = tarballs.find((tarball) => tarball.name === name);
    return found && `file:${found.file}`;
  }

  it('run on packages that contain nothing of this repository', () => {
    const links = globSync(['node_modules/*', 'node_modules/@*/*', '*/node_modules/*'], { cwd: root })
      .map((path) => join(root, path))
      .filter((path) => lstatSync(path).isSymbolicLink());
    expect(links.length).toBeGreaterThanOrEqual(recipes.length);
    for (const link of links) expect(realpathSync(link)).toContain(root + sep);
    const installed = globSync('{,*/}node_modules/@headwater/*', { cwd: root });
    expect(installed).toHaveLength(2);
    for (const folder of installed) {
      expect(JSON.stringify(readPackageJson(join(root, folder)).exports)).not.toContain('headwater-source');
    }
  });

  it.each(recipes)('$name: package.json lists every package that the sources import', (one) => {
    const { dependencies, devDependencies } = JSON.parse(packageJsonOf(one)) as PackageFile;
    const listed = Object.keys({ ...dependencies, ...devDependencies });
    const imports = readFileSync(pageOf(one), 'utf8').matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)[^']*'/g);
    const packages = Array.from(imports, ([, name = '']) => name).filter((name) => !name.startsWith('node:'));
    expect(packages).toContain('@headwater/kernel');
    for (const name of packages) expect(listed).toContain(name);
  });

  it.each(others)('$name works from the first block to the last, with the output that the page shows', async (one) => {
    const { documented, printed } = await follow(one, join(root, one.name), binOf(root), await emptyUrl());
    expect(printed).toEqual(documented);
  });

  it.each(['fastify', 'express'])('%s answers a request before it stops', async (name) => {
    const answer = await answerDuringStop(join(root, name), binOf(root), 'node src/main.ts', await emptyUrl());
    expect(answer).toBe('{"id":1,"name":"late"}');
  });

  it('have sources that compile', async () => {
    const compilerOptions = {
      target: 'esnext',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: ['node'],
    };
    const include = others.flatMap(({ name }) => [`${name}/src`, `${name}/test`]);
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    // An error of `execFile` has the output.
    const { stdout } = await execute(join(binOf(root), 'tsc'), ['-p', 'tsconfig.json'], { cwd: root }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  it.each(nest)(
    '$name runs 40 concurrent requests in contexts of their own, with the right rows, and answers them before it stops',
    async (one) => {
      const cwd = join(root, one.name);
      // The page compiles it with its own sources.
      mkdirSync(join(cwd, 'src'), { recursive: true });
      writeFileSync(join(cwd, 'src/context-probe.ts'), contextProbe);
      const DATABASE_URL = await emptyUrl();
      const { documented, printed } = await follow(one, cwd, binOf(root), DATABASE_URL);
      expect(printed).toEqual(documented);
      const { stdout } = await execute(process.execPath, ['dist/context-probe.js'], {
        cwd,
        env: { PATH: process.env['PATH'], DATABASE_URL },
      });
      const names = Array.from({ length: 40 }, (_, i) => `user${i}`);
      expect(JSON.parse(stdout)).toEqual({
        seen: names.map((name) => [name]),
        rows: names.toSorted().map((name) => ({ name, display_name: `the display name of ${name}` })),
      });
      const answer = await answerDuringStop(cwd, binOf(root), 'node dist/main.js', DATABASE_URL);
      expect(answer).toMatch(/^\{"id":\d+,"name":"late"\}$/);
    },
  );

  const onNode26 = recipes.filter(({ name }) => name === 'fastify' || name === 'nestjs-11');

  it.each(onNode26)('run on Node 26: $name', async (one) => {
    const tool = join(root, '../node-26');
    const installed = `node-${process.platform}-${process.arch}`;
    mkdirSync(tool, { recursive: true });
    writeFileSync(join(tool, 'package.json'), JSON.stringify({ private: true, dependencies: { [installed]: node26 } }));
    await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: tool });
    const bin = [join(tool, 'node_modules', installed, 'bin'), binOf(root)].join(delimiter);
    const cwd = join(root, one.name);
    await using shell = await hostShell(cwd, bin, {});
    expect(await shell.run('node --version')).toEqual({ code: 0, output: `v${node26}\n` });
    const { documented, printed } = await follow(one, cwd, bin, await emptyUrl());
    expect(printed).toEqual(documented);
  });

  describe('with pnpm', () => {
    const folder = (): string => join(root, '../recipes-pnpm');

    beforeAll(async () => {
      for (const one of recipes) {
        mkdirSync(join(folder(), one.name), { recursive: true });
        const text = packageJsonOf(one).replaceAll(
          /"(@headwater\/[^"]+)": "[^"]+"/g,
          (_, name: string) => `"${name}": "${tarballOf(name)}"`,
        );
        writeFileSync(join(folder(), one.name, 'package.json'), text);
      }
      writeFileSync(join(folder(), 'pnpm-workspace.yaml'), 'packages: ["*"]\n');
      // npm installs pnpm itself, which is a development dependency of the project. Corepack would download another one.
      const devDependencies = Object.fromEntries([pnpm.split('@') as [string, string]]);
      const tool = join(root, '../pnpm-tool');
      mkdirSync(tool);
      writeFileSync(join(tool, 'package.json'), JSON.stringify({ private: true, devDependencies }));
      await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd: tool });
      writeFileSync(join(folder(), 'package.json'), JSON.stringify({ private: true, devDependencies }));
      const command = join(binOf(tool), 'pnpm');
      await execute(command, ['install', '--ignore-scripts'], { cwd: folder(), maxBuffer: 2 ** 26 });
    });

    it.each(recipes)('$name works in an installation where it finds only its own dependencies', async (one) => {
      const cwd = join(folder(), one.name);
      const { documented, printed } = await follow(one, cwd, binOf(cwd), await emptyUrl());
      expect(printed).toEqual(documented);
    });
  });
});
