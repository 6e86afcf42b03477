import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compileDecorators } from '../helper/decorated-source.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { freePort } from '../helper/free-port.ts';
import { startKernel } from '../helper/kernel-process.ts';
import { publishedFolders, stageRelease } from '../helper/pack.ts';
import { readPackageJson } from '../helper/packed-packages.ts';
import { hasRegistry, node26, pnpm, skipReason } from '../helper/registry.ts';
import { startVerdaccio, type Registry } from '../helper/verdaccio.ts';

const execute = promisify(execFile);

/** The command that gives another command a terminal, as util-linux has it. */
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');
const noScript = hasScript ? '' : ' (skipped: needs script of util-linux)';

/** Returns the source of a revision that creates a table. */
function revision(plugin: string, exported: string): string {
  return `${exported}({ id: '${plugin}@0001_a', revises: null,
    up: sql\`create table ${plugin}_item (id serial primary key, stars int not null)\`, down: sql\`drop table ${plugin}_item\` });`;
}

const decorated = `import { Entity, PrimaryKey, Property } from '%decorators';
import { definePlugin, token } from '@headwater/kernel/plugin';
import { injectable } from 'inversify';
@Entity({ tableName: 'ratings_item' })
export class Rating {
  @PrimaryKey({ type: 'integer' }) id!: number;
  @Property({ type: 'integer' }) stars!: number;
}
@injectable() class Average { of(stars: readonly number[]) { return stars.length; } }
export const Ratings = token<Average>('ratings');
export default definePlugin({ name: 'ratings', entities: [Rating], bind({ bind }) { bind(Ratings).to(Average); } });
`;

/** The files of other plugins, and their peers. The value of package.json is a part of it. */
const variants: readonly (readonly [
  how: string,
  name: string,
  files: Readonly<Record<string, string | object>>,
  peers: Readonly<Record<string, string>>,
])[] = [
  [
    'with decorated entities and injectable classes',
    'ratings',
    {
      'package.json': { type: 'module', headwater: { plugin: 'ratings' } },
      'dist/index.js': compileDecorators(decorated, 'legacy'),
      'src/migrations/0001_a.js': `import { defineRevision, sql } from '@headwater/kernel/plugin';\n${revision('ratings', 'export default defineRevision')}`,
      'revisions.lock.json': '{ "declared": [] }',
    },
    { '@mikro-orm/core': '^7.2.0', '@mikro-orm/decorators': '7.2.1', inversify: '^8.2.3' },
  ],
  [
    'in CommonJS',
    'classic',
    {
      'package.json': { type: 'commonjs', headwater: { plugin: 'classic' } },
      'dist/index.js': `module.exports = require('@headwater/kernel/plugin').definePlugin({ name: 'classic' });`,
      'src/migrations/0001_a.js': `const { defineRevision, sql } = require('@headwater/kernel/plugin');\n${revision('classic', 'module.exports = defineRevision')}`,
    },
    {},
  ],
];

/** The life of a plugin: created, published, installed, updated and removed by people who have only npm and a registry. */
describe.skipIf(!hasRegistry)(`a plugin on a registry${skipReason}`, () => {
  let scratch: string;
  let registry: Registry;
  let workspace: string;
  let published: string;
  let plugin: string;
  let app: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    scratch = join(realpathSync(inject('scratch')), 'registry');
    mkdirSync(scratch);
    [plugin, app] = [join(scratch, 'headwater-plugin-tags'), join(scratch, 'shop')];
    [registry] = await Promise.all([startVerdaccio(join(scratch, 'verdaccio')), installTools()]);
    workspace = stageRelease(join(scratch, 'workspace'));
    const { NODE_TEST_CONTEXT: _, NODE_ENV: __, FORCE_COLOR: ___, ...own } = process.env;
    const port = String(await freePort());
    environment = {
      ...own,
      NO_COLOR: '1',
      ...registry.env,
      PORT: port,
      DATABASE_URL: urlOf(await emptyDatabase('postgres')),
    };
    published = await release();
    await npm(scratch, 'create', '--yes', 'headwater', plugin, '--', '--plugin');
    await npm(scratch, 'create', '--yes', 'headwater', app);
    for (const folder of [plugin, app]) await npm(folder, 'install');
  });
  afterAll(() => {
    console.info(`the steps of an author and of an application:\n${steps.join('\n')}`);
    return registry[Symbol.asyncDispose]();
  });

  /** How long each command took. */
  const steps: string[] = [];

  /** Runs a command, and fails with its output. */
  async function run(cwd: string, command: string, args: readonly string[], env = environment): Promise<string> {
    const began = performance.now();
    try {
      return (await execute(command, args, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      // execFile adds the output to its errors.
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
    } finally {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      steps.push(`${seconds} s  ${[basename(command), ...args].join(' ').replaceAll(`${scratch}/`, '')}`);
    }
  }
  const npm = (cwd: string, ...args: readonly string[]): Promise<string> => run(cwd, 'npm', args);
  const kernel = (cwd: string, ...words: readonly string[]): Promise<string> => run(cwd, commandIn(cwd), words);
  const commandIn = (cwd: string): string => join(cwd, 'node_modules/.bin/kernel');
  /** Runs the release script in the copy of this repository, and returns its output. */
  const release = (): Promise<string> => run(workspace, process.execPath, [join(workspace, '.ci/release.ts')]);
  const start = async (): Promise<{
    applied: readonly string[];
    dormant: readonly string[];
    ahead: readonly string[];
  }> => JSON.parse(await kernel(app, 'start', '--once', '--json')) as Awaited<ReturnType<typeof start>>;

  /** Installs Node 26 and pnpm, as other people have them. */
  async function installTools(): Promise<void> {
    const folder = join(scratch, 'tools');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const node = `node-${process.platform}-${process.arch}@${node26}`;
    await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', pnpm, node], { cwd: folder });
  }

  /** Adds a property to the entity of the plugin, and writes the revision for it. */
  async function addProperty(line: string): Promise<void> {
    const file = join(plugin, 'src/entities.ts');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('    text: p.text(),\n', `    text: p.text(),\n    ${line},\n`),
    );
    await kernel(plugin, 'migrate:create', 'tags');
  }

  it('finds every package of this repository there, which the release script publishes once', async () => {
    const linesWith = (outcome: string): readonly string[] =>
      publishedFolders.map((folder) => `${readPackageJson(join(workspace, folder)).name}@1.0.0: ${outcome}`).toSorted();
    expect(published.trim().split('\n').toSorted()).toEqual(linesWith('published'));
    expect((await release()).trim().split('\n').toSorted()).toEqual(linesWith('was published before'));
  });

  it('is created, changed, built, verified and published', async () => {
    await addProperty('pinned: p.boolean().default(false)');
    await npm(plugin, 'run', 'build');
    const verified = await kernel(plugin, 'plugin:verify', '--matrix');
    expect(verified).toContain('published: nothing so far');
    const [http, site] = ['@headwater/plugin-http', '@headwater/plugin-site'];
    for (const optional of ['without optional plugins', `with ${http}`, `with ${site}`, `with ${http} and ${site}`]) {
      expect(verified).toMatch(new RegExp(`^started: @headwater/kernel 1\\.0\\.0, .*, ${optional}$`, 'm'));
    }
    await npm(plugin, 'publish');
  });

  it('is added to an application, which then serves its routes from PostgreSQL', async () => {
    expect(await kernel(app, 'plugin:add', 'headwater-plugin-tags', '--yes')).toContain(
      'tags (headwater-plugin-tags 1.0.0) is installed',
    );
    const { child, says, finished } = startKernel(['start'], { cwd: app, env: environment });
    try {
      await says('ready in');
      const address = `http://127.0.0.1:${environment['PORT'] ?? ''}`;
      expect((await fetch(`${address}/tags`)).status).toBe(200);
      expect((await fetch(`${address}/api/tags/users/1`)).status).toBe(404);
    } finally {
      child.kill('SIGTERM');
      await finished;
    }
  });

  it('is updated: exactly its new revision runs', async () => {
    await npm(plugin, 'version', '1.1.0', '--no-git-tag-version');
    await addProperty('color: p.text().nullable()');
    await npm(plugin, 'run', 'build');
    await npm(plugin, 'publish');
    expect(await kernel(app, 'plugin:update', 'tags', '--yes')).toContain('tags 1.0.0 → 1.1.0');
    const { applied } = await start();
    expect(applied).toEqual([expect.stringMatching(/^tags@0003_/)]);
  });

  it('starts in its earlier version again, on the database of the later one', async () => {
    await kernel(app, 'plugin:update', 'tags@1.0.0', '--yes');
    expect(await start()).toMatchObject({ applied: [], ahead: [expect.stringMatching(/^tags@0003_/)] });
  });

  it('is removed and added again: its revisions are dormant, and then there is nothing to do', async () => {
    await kernel(app, 'plugin:remove', 'tags', '--yes');
    expect((await start()).dormant).toHaveLength(3);
    await kernel(app, 'plugin:add', 'headwater-plugin-tags', '--yes');
    expect(await start()).toMatchObject({ applied: [], dormant: [], ahead: [] });
  });

  describe('written in another way', () => {
    /** Builds, verifies and publishes a plugin from its files. */
    async function publishVariant([, name, files, peers]: (typeof variants)[number]): Promise<void> {
      const folder = join(plugin, 'variants', name);
      const packageFile = {
        name: `headwater-plugin-${name}`,
        version: '1.0.0',
        license: 'MIT',
        files: ['dist'],
        exports: { '.': './dist/index.js' },
        peerDependencies: { '@headwater/kernel': '^1.0.0', ...peers },
      };
      for (const [path, content] of Object.entries(files)) {
        const text = typeof content === 'string' ? content : JSON.stringify({ ...packageFile, ...content });
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      await kernel(plugin, 'plugin:build', folder);
      expect(await kernel(plugin, 'plugin:verify', folder)).toContain(
        'tried: enabled, disabled, uninstalled, installed again',
      );
      await npm(folder, 'publish');
    }

    beforeAll(async () => {
      const needed = variants.flatMap(([, , , peers]) =>
        Object.entries(peers).map(([peer, range]) => `${peer}@${range}`),
      );
      await npm(plugin, 'install', '--no-save', ...needed);
      await Promise.all(variants.map(publishVariant));
    });

    it.each(variants)('is verified, published, added and started: %s', async (_, name) => {
      await kernel(app, 'plugin:add', `headwater-plugin-${name}`, '--yes');
      expect((await start()).applied).toEqual([`${name}@0001_a`]);
    });
  });

  describe('and what create-headwater makes, with pnpm and Node 26', () => {
    let env: Readonly<Record<string, string>>;
    const shop = (): string => join(scratch, 'pnpm-shop');
    const withPnpm = (cwd: string, ...args: readonly string[]): Promise<string> => run(cwd, 'pnpm', args, env);

    beforeAll(async () => {
      const modules = join(scratch, 'tools/node_modules');
      const folders = [join(modules, `node-${process.platform}-${process.arch}/bin`), join(modules, '.bin')];
      env = {
        ...environment,
        PATH: [...folders, environment['PATH'] ?? ''].join(delimiter),
        DATABASE_URL: 'pglite://.data',
        pnpm_config_registry: registry.url,
        pnpm_config_store_dir: join(scratch, 'pnpm-store'),
        // Everything here was published a moment ago.
        pnpm_config_minimum_release_age: '0',
      };
      expect(await run(scratch, 'node', ['--version'], env)).toBe(`v${node26}\n`);
    });

    it('an application passes its lint, types, tests and checks', async () => {
      expect(await withPnpm(scratch, 'create', 'headwater', shop())).toContain('pnpm install');
      await withPnpm(shop(), 'install');
      for (const script of ['lint', 'typecheck', 'test', 'check']) await withPnpm(shop(), 'run', script);
    });

    it('a plugin passes its lint, types and tests, and can be built', async () => {
      const pins = join(scratch, 'headwater-plugin-pins');
      await withPnpm(scratch, 'create', 'headwater', pins, '--plugin');
      await withPnpm(pins, 'install');
      for (const script of ['lint', 'typecheck', 'test', 'build']) await withPnpm(pins, 'run', script);
      expect(existsSync(join(pins, 'dist/headwater.json'))).toBe(true);
    });

    it.skipIf(!hasScript)(`is added by pnpm after a question on a terminal${noScript}`, async () => {
      const line = `${commandIn(shop())} plugin:add headwater-plugin-tags`;
      const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd: shop(), env });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!output.includes('[y/N]') && `${output}${text}`.includes('[y/N]')) child.stdin.write('y\r');
        output += text;
      });
      expect((await once(child, 'close'))[0], output).toBe(0);
      expect(output).toMatch(/tags@0001_create_note +pending[^]*Install it with pnpm and activate it\?/);
      expect(readFileSync(join(shop(), 'pnpm-lock.yaml'), 'utf8')).toContain('headwater-plugin-tags@1.1.0');
      const started = JSON.parse(await run(shop(), commandIn(shop()), ['start', '--once', '--json'], env)) as object;
      expect(started).toMatchObject({ applied: expect.arrayContaining(['tags@0001_create_note']) as unknown });
    });
  });
});
