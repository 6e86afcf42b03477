import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { installedKernel } from '../../../../test/helper/installed-packages.ts';
import { npmPack } from '../../../../test/helper/pack.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import { servePackages } from '../../../../test/helper/package-server.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const core: PluginSketch = {
  version: '1.2.0',
  built: true,
  revisions: { '0001_user': { up: 'create table core_user (id serial primary key)', down: 'drop table core_user' } },
};
const notes: PluginSketch = {
  revisions: {
    '0001_note': {
      dependsOn: ['core@0001_user'],
      up: 'create table notes_note (id serial primary key, "user" int references core_user)',
      down: 'drop table notes_note',
    },
    '0002_count': {
      up: 'alter table core_user add column notes_count int not null default 0',
      down: 'alter table core_user drop column notes_count',
    },
  },
};

describe('plugin:verify', () => {
  let project: Project;
  let folder: string;
  let environment: Readonly<Record<string, string>>;
  const packageJson = {
    name: '@headwater/plugin-notes',
    version: '1.0.0',
    license: 'MIT',
    type: 'module',
    headwater: { plugin: 'notes' },
    files: ['dist'],
    exports: { '.': './dist/index.js' },
    peerDependencies: { '@headwater/kernel': '^1.0.0', '@headwater/plugin-core': '^1.2.0' },
  };
  const write = (path: string, value: unknown): void =>
    project.write(`plugins/notes/${path}`, typeof value === 'string' ? value : JSON.stringify(value, null, 2));

  beforeAll(async () => {
    project = await makeProject({ plugins: { core, notes } });
    folder = project.folderOf('notes');
    // No registry answers at this address. Each project has a cache of its own.
    environment = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_cache: join(project.cwd, '.npm') };
    write('package.json', packageJson);
    write('dist/index.js', readFileSync(join(folder, 'src/index.js'), 'utf8'));
    write('revisions.lock.json', { declared: [] });
    ok(await project.kernel('plugin:build', folder));
    cpSync(folder, `${folder}-before`, { recursive: true });
  });

  function verify(...words: readonly string[]): Promise<Finished> {
    return project.kernelWith({ env: environment }, 'plugin:verify', folder, ...words);
  }

  /** Packs the plugin, and returns the tarball. */
  async function packed(): Promise<string> {
    const target = mkdtempSync(join(project.cwd, 'tarball-'));
    const [tarball] = await npmPack([folder], target);
    return tarball?.file ?? '';
  }

  /** Verifies the plugin with other files, and restores them. */
  async function refusalWith(
    files: Readonly<Record<string, unknown>>,
    ...words: readonly string[]
  ): Promise<ReturnType<typeof refusalIn>> {
    try {
      for (const [path, value] of Object.entries(files)) write(path, value);
      return refusalIn(await verify('--json', ...words));
    } finally {
      for (const path of Object.keys(files)) rmSync(join(folder, path), { force: true });
      cpSync(`${folder}-before`, folder, { recursive: true });
    }
  }

  it.each(databaseKinds)('accepts a plugin that was built, and leaves no files, on %s', async (kind) => {
    const before = entriesOf(folder);
    // Once without a registry, and with a tarball; once with a registry that does not have the plugin.
    await using registry = kind === 'pglite' ? await servePackages([]) : null;
    const env = registry === null ? environment : { ...environment, npm_config_registry: registry.url };
    const words = kind === 'pglite' ? [] : ['--shadow', testDatabase('postgres'), '--tarball', await packed()];
    const done = ok(await project.kernelWith({ env }, 'plugin:verify', folder, '--json', ...words));
    expectPublished('plugin:verify', done.json());
    expect(done.json()).toEqual({
      plugin: 'notes',
      package: '@headwater/plugin-notes',
      version: '1.0.0',
      revisions: ['notes@0001_note', 'notes@0002_count'],
      files: ['dist/headwater.json', 'dist/index.js', 'package.json'],
      compared:
        kind === 'pglite'
          ? { with: 'registry', version: null }
          : { with: 'revisions.lock.json', reason: expect.stringMatching(/127\.0\.0\.1:1/) as unknown },
      tried: ['enabled', 'disabled', 'uninstalled', 'installed again'],
      combinations: [],
    });
    expect(entriesOf(folder)).toEqual(before);
  });

  const withFields = (fields: object): Readonly<Record<string, unknown>> => ({
    'package.json': { ...packageJson, ...fields },
  });
  const peers = (range: Readonly<Record<string, string>>): object => ({
    peerDependencies: { ...packageJson.peerDependencies, ...range },
  });
  const manifest = (): string => readFileSync(join(folder, 'dist/headwater.json'), 'utf8');

  it.each<[name: string, files: () => Readonly<Record<string, unknown>>, code: string, exit: number, problem: RegExp]>([
    [
      'whose manifest was edited',
      () => ({ 'dist/headwater.json': manifest().replace('"owns": []', '"owns": ["notes_note"]') }),
      'PLUGIN_VERIFY_MANIFEST',
      13,
      /headwater\.json .*\/description\/owns\/0 has "notes_note", and the sources make nothing/,
    ],
    [
      'whose new revision is not in the lock',
      () => ({ 'revisions.lock.json': { declared: [] } }),
      'PLUGIN_VERIFY_MANIFEST',
      13,
      /revisions\.lock\.json .*notes@0001_note has nothing/,
    ],
    [
      'whose exports name a file that is not packed',
      () =>
        withFields({
          exports: { '.': './dist/index.js', './web': { types: './dist/web.d.ts', default: './dist/index.js' } },
        }),
      'PLUGIN_VERIFY_FILE_MISSING',
      13,
      /does not pack dist\/web\.d\.ts, which package\.json at exports\["\.\/web"\]\["types"\] names/,
    ],
    [
      'that packs paths to its sources',
      () => withFields({ exports: { '.': { 'headwater-source': './src/index.js', default: './dist/index.js' } } }),
      'PLUGIN_VERIFY_FILE_MISSING',
      13,
      /does not pack src\/index\.js/,
    ],
    [
      'that does not require the kernel',
      () => withFields({ peerDependencies: { '@headwater/plugin-core': '^1.2.0' } }),
      'PLUGIN_VERIFY_PEER',
      14,
      /@headwater\/kernel is not a required peer/,
    ],
    [
      'that brings another plugin',
      () => withFields({ dependencies: { '@headwater/plugin-core': '^1.2.0' } }),
      'PLUGIN_VERIFY_PEER',
      14,
      /@headwater\/plugin-core is installed with the plugin/,
    ],
    [
      'that brings MikroORM',
      () => withFields({ dependencies: { '@mikro-orm/core': '^7.2.0' } }),
      'PLUGIN_VERIFY_PEER',
      14,
      /@mikro-orm\/core is installed with the plugin/,
    ],
    [
      'whose peer has no range',
      () => withFields(peers({ '@headwater/plugin-core': 'workspace:^' })),
      'PLUGIN_VERIFY_PEER',
      14,
      /"workspace:\^", which is not a range/,
    ],
    [
      'whose peer excludes the installed version',
      () => withFields(peers({ '@mikro-orm/core': '^6.0.0' })),
      'PLUGIN_VERIFY_PEER',
      14,
      /the range \^6\.0\.0, which does not allow 7\./,
    ],
    [
      'whose peer allows a version without a revision that it needs',
      () => withFields(peers({ '@headwater/plugin-core': '^1.0.0' })),
      'PLUGIN_VERIFY_PEER',
      14,
      /allows 1\.0\.0, and notes@0001_note needs core@0001_user, published since 1\.2\.0/,
    ],
    [
      'that does not start',
      () => ({ 'src/index.js': failing, 'dist/index.js': failing }),
      'PLUGIN_VERIFY_TRIAL',
      12,
      /it cannot be enabled\. .*out of order/,
    ],
  ])('refuses a plugin %s', async (_, files, code, exit, problem) => {
    const refusal = await refusalWith(files());
    expect([refusal.code, refusal.exitCode], refusal.message).toEqual([code, exit]);
    expect(refusal.message).toMatch(problem);
    expect(entriesOf(folder).filter((name) => name.startsWith('headwater-'))).toEqual([]);
  });

  it('refuses a package in which publint finds a problem', async () => {
    const refusal = await refusalWith({
      ...withFields({ files: ['dist'], exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts' } } }),
      'dist/index.d.ts': '',
    });
    expect([refusal.code, refusal.exitCode], refusal.message).toEqual(['PLUGIN_VERIFY_PACKAGE', 13]);
    expect(refusal.message).toMatch(/publint finds problems .*\n.*types/);
  });

  it('refuses a tarball with other files than npm packs', async () => {
    const given = await packed();
    const refusal = await refusalWith(
      { 'dist/index.js': `${readFileSync(join(folder, 'dist/index.js'), 'utf8')}// more\n` },
      '--tarball',
      given,
    );
    expect([refusal.code, refusal.exitCode]).toEqual(['PLUGIN_VERIFY_TARBALL', 15]);
    expect(refusal.message).toContain('has another dist/index.js, compared with what npm packs now');
    const broken = refusalIn(await verify('--tarball', join(folder, 'package.json'), '--json'));
    expect(broken).toMatchObject({
      code: 'PLUGIN_VERIFY_TARBALL',
      message: expect.stringContaining('cannot be unpacked') as unknown,
    });
  });

  it('compares the revisions with the newest version on the registry', async () => {
    await using registry = await servePackages([await packed()]);
    const env = { ...environment, npm_config_registry: registry.url };
    const same = ok(await project.kernelWith({ env }, 'plugin:verify', folder));
    expect(same.stdout).toContain('its revisions are those of 1.0.0 on the registry');
    // Another first version than the one that was published, with a lock that agrees with it.
    const other = `${folder}-other`;
    cpSync(folder, other, { recursive: true });
    const revision = join('plugins/notes-other/src/migrations/0002_count.js');
    project.write(revision, readFileSync(join(project.cwd, revision), 'utf8').replace('default 0', 'default 1'));
    project.write('plugins/notes-other/revisions.lock.json', '{ "declared": [] }');
    ok(await project.kernel('plugin:build', other));
    const refusal = refusalIn(await project.kernelWith({ env }, 'plugin:verify', other, '--json'));
    expect([refusal.code, refusal.exitCode]).toEqual(['PLUGIN_VERIFY_PUBLISHED', 15]);
    expect(refusal.message).toContain(
      '"notes@0002_count", which @headwater/plugin-notes 1.0.0 has on the registry, was changed',
    );
  });

  it('refuses with --matrix what cannot be installed with versions that the ranges allow', async () => {
    const target = mkdtempSync(join(project.cwd, 'peers-'));
    const folders = [installedKernel(inject('scratch')), join(project.cwd, 'node_modules/@headwater/plugin-core')];
    const peerTarballs = await npmPack(folders, target, ['--ignore-scripts']);
    // The registry has the peers, and nothing that they need.
    await using registry = await servePackages(peerTarballs.map(({ file }) => file));
    const env = { ...environment, npm_config_registry: registry.url };
    const refusal = refusalIn(await project.kernelWith({ env }, 'plugin:verify', folder, '--matrix', '--json'));
    expect([refusal.code, refusal.exitCode]).toEqual(['PLUGIN_VERIFY_COMBINATION', 14]);
    expect(refusal.message).toMatch(
      /@headwater\/kernel 1\.0\.0, @headwater\/plugin-core 1\.2\.0, without optional plugins\. npm cannot install them: /,
    );
  });

  it('says why npm cannot pack', async () => {
    const failed = await refusalWith(withFields({ scripts: { prepack: 'node -e "process.exit(7)"' } }));
    expect([failed.code, failed.exitCode]).toEqual(['PACKAGE_MANAGER_FAILED', 11]);
    expect(failed.message).toMatch(/npm pack failed in .*plugins\/notes: .*/);
  });
});

const failing = `import { definePlugin } from '@headwater/kernel/plugin';
export default definePlugin({ name: 'notes', start() { throw new Error('out of order'); } });
`;

/** Returns what is in a folder and in the cache of tools in its `node_modules`. */
function entriesOf(folder: string): readonly string[] {
  const cache = join(folder, 'node_modules/.cache');
  const cached = existsSync(cache) ? readdirSync(cache) : [];
  return [...readdirSync(folder).filter((name) => name !== 'node_modules'), ...cached];
}
