import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compileDecorators } from '../helper/decorated-source.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { freePort } from '../helper/free-port.ts';
import { startKernel } from '../helper/kernel-process.ts';
import { publishedFolders, stageRelease } from '../helper/pack.ts';
import { readPackageJson } from '../helper/packed-packages.ts';
import { hasRegistry, skipReason } from '../helper/registry.ts';
import { startVerdaccio, type Registry } from '../helper/verdaccio.ts';

const execute = promisify(execFile);

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
  let database: Readonly<Record<string, string>>;

  beforeAll(async () => {
    scratch = join(realpathSync(inject('scratch')), 'registry');
    mkdirSync(scratch);
    [plugin, app] = [join(scratch, 'headwater-plugin-tags'), join(scratch, 'shop')];
    registry = await startVerdaccio(join(scratch, 'verdaccio'));
    workspace = stageRelease(join(scratch, 'workspace'));
    published = await release();
    database = { DATABASE_URL: urlOf(await emptyDatabase('postgres')), PORT: String(await freePort()) };
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  /** Runs the release script in the copy of this repository, and returns its output. */
  async function release(...words: readonly string[]): Promise<string> {
    const args = [join(workspace, '.ci/release.ts'), ...words];
    return (await execute(process.execPath, args, { env: { ...process.env, ...registry.env } })).stdout;
  }

  it('finds every package of this repository there, which the release script publishes once', async () => {
    const linesWith = (outcome: string): readonly string[] =>
      publishedFolders.map((folder) => `${readPackageJson(join(workspace, folder)).name}@1.0.0: ${outcome}`).toSorted();
    expect(published.trim().split('\n').toSorted()).toEqual(linesWith('published'));
    expect((await release()).trim().split('\n').toSorted()).toEqual(linesWith('was published before'));
  });

  /** Runs npm with the registry, and fails with its output. */
  async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
    const { NODE_TEST_CONTEXT: _, NODE_ENV: __, FORCE_COLOR: ___, ...own } = process.env;
    const env = { ...own, NO_COLOR: '1', ...registry.env, ...database };
    try {
      return (await execute('npm', args, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      // execFile adds the output to its errors.
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      throw new Error(`npm ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
    }
  }
  const kernel = (cwd: string, ...words: readonly string[]): Promise<string> =>
    npm(cwd, 'exec', '--', 'kernel', ...words);
  const start = async (): Promise<{
    applied: readonly string[];
    dormant: readonly string[];
    ahead: readonly string[];
  }> => JSON.parse(await kernel(app, 'start', '--once', '--json')) as Awaited<ReturnType<typeof start>>;

  /** Adds a property to the entity of the plugin, and writes the revision for it. */
  async function addProperty(line: string): Promise<void> {
    const file = join(plugin, 'src/entities.ts');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('    text: p.text(),\n', `    text: p.text(),\n    ${line},\n`),
    );
    await kernel(plugin, 'migrate:create', 'tags');
  }

  it('is created, changed, built, verified and published', async () => {
    await npm(scratch, 'create', '--yes', 'headwater', plugin, '--', '--plugin');
    await npm(plugin, 'install');
    await addProperty('pinned: p.boolean().default(false)');
    await npm(plugin, 'run', 'build');
    expect(await kernel(plugin, 'plugin:verify')).toContain('published: nothing so far');
    await npm(plugin, 'publish');
  });

  it('is added to an application, which then serves its routes from PostgreSQL', async () => {
    await npm(scratch, 'create', '--yes', 'headwater', app);
    await npm(app, 'install');
    expect(await kernel(app, 'plugin:add', 'headwater-plugin-tags', '--yes')).toContain(
      'tags (headwater-plugin-tags 1.0.0) is installed',
    );
    const { child, says, finished } = startKernel(['start'], { cwd: app, env: database });
    try {
      await says('ready in');
      const address = `http://127.0.0.1:${database['PORT'] ?? ''}`;
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
    expect(await kernel(plugin, 'plugin:verify')).toContain('its revisions are those of 1.0.0 on the registry');
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

  it.each(variants)('may also be written %s', async (_, name, files, peers) => {
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
    const needed = Object.entries(peers).map(([peer, range]) => `${peer}@${range}`);
    if (needed.length > 0) await npm(plugin, 'install', '--no-save', ...needed);
    await kernel(plugin, 'plugin:build', folder);
    expect(await kernel(plugin, 'plugin:verify', folder)).toContain(
      'tried: enabled, disabled, uninstalled, installed again',
    );
    await npm(folder, 'publish');
    await kernel(app, 'plugin:add', `headwater-plugin-${name}`, '--yes');
    expect((await start()).applied).toEqual([`${name}@0001_a`]);
  });
});
