import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import { npmPack } from '../../../../test/helper/pack.ts';
import { servePackages, type PackageServer } from '../../../../test/helper/package-server.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { ok, refusalIn } from './support.ts';

const core: PluginSketch = {
  built: true,
  revisions: { '0001_user': { up: 'create table core_user (id serial primary key)', down: 'drop table core_user' } },
};
const first = {
  '0001_note': {
    up: 'create table notes_note (id serial primary key)',
    down: 'drop table notes_note',
    dependsOn: ['core@0001_user'],
  },
};
const second = {
  ...first,
  '0002_count': {
    up: 'alter table core_user add column notes_count int not null default 0; create index core_user_notes on core_user (notes_count)',
    down: 'alter table core_user drop column notes_count',
    fields: 'breaking: true',
  },
};
const entities = (name: string): string => `
  const schema = defineEntity({ name: '${name}', tableName: 'notes_note', properties: { id: p.integer().primary() } });
  export class Note extends schema.class {}
  schema.setClass(Note);
  export const entities = [Note];
  export const extend = [];
`;
/** A schema of options with a default, whose JSON Schema is known. */
const config = `config: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }),
  jsonSchema: { input: () => ({ type: 'object', properties: { perMinute: { type: 'integer', default: 30 }, key: { type: 'string' } } }) } } },`;

/** Builds a version of the plugin `notes`, and returns its folder as npm installs it. */
async function buildNotes(version: string, revisions: PluginSketch['revisions'], name = 'notes'): Promise<string> {
  const sketch = { version, revisions, fields: name === 'notes' ? config : '', entities: entities(name), built: true };
  const { cwd } = await makeProject({ plugins: { core, [name]: sketch as PluginSketch } });
  return join(cwd, 'node_modules/@headwater', `plugin-${name}`);
}

/** Copies a package with other fields in its package.json. */
function variantOf(folder: string, fields: object): string {
  const copy = mkdtempSync(`${folder}-`);
  cpSync(folder, copy, { recursive: true });
  const json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...json, ...fields }));
  return copy;
}

describe('plugins as packages', () => {
  let registry: PackageServer;
  let project: Project;
  let app: string;
  /** A tarball of `notes` 1.0.0 that did not come from a registry. */
  let tarball: string;

  beforeAll(async () => {
    const old = await buildNotes('1.0.0', first);
    const rival = {
      '0001_note': { up: 'create table notes_note (id serial primary key)', down: 'drop table notes_note' },
    };
    const peers = { '@headwater/kernel': '^1.0.0', '@headwater/plugin-core': '^9.0.0' };
    const broken = variantOf(old, { name: 'headwater-plugin-notes' });
    writeFileSync(join(broken, 'dist/index.js'), 'throw new Error("out of order");');
    const folders = [
      old,
      await buildNotes('1.1.0', second),
      await buildNotes('1.0.0', rival, 'rival'),
      variantOf(old, { name: '@acme/plugin-notes' }),
      variantOf(old, { name: '@acme/plugin-future', peerDependencies: peers }),
      broken,
      variantOf(old, { name: '@acme/plugin-tampered' }),
    ];
    const tarballs: string[] = [];
    for (const folder of folders) {
      const packed = await npmPack([folder], mkdtempSync(join(old, '../tarball-')));
      tarballs.push(...packed.map(({ file }) => file));
    }
    tarball = tarballs[0] ?? '';
    registry = await servePackages(tarballs);
    // Somebody changes a tarball that was published.
    appendFileSync(tarballs.at(-1) ?? '', 'more');
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  /** An application below a folder in which its other packages are installed, so that npm installs only the new one. */
  async function makeApp(database: string): Promise<void> {
    project = await makeProject({ plugins: { core } });
    app = join(project.cwd, 'app');
    project.write('app/package.json', `${JSON.stringify({ name: 'app', private: true, type: 'module' }, null, 2)}\n`);
    // No other package is needed, and none is served.
    project.write(
      'app/.npmrc',
      `registry=${registry.url}\nlegacy-peer-deps=true\naudit=false\nupdate-notifier=false\ncache=${join(project.cwd, '.npm')}\n`,
    );
    project.write(
      'app/config.json',
      `${JSON.stringify({ database, core: '@headwater/plugin-core', plugins: {} }, null, 2)}\n`,
    );
  }

  const kernel = (...words: readonly string[]): Promise<Finished> => project.kernelWith({ cwd: app }, ...words);
  const read = (path: string): string => readFileSync(join(app, path), 'utf8');
  const files = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      ['package.json', 'package-lock.json', 'config.json', 'headwater.lock.json'].map((path) => [
        path,
        existsSync(join(app, path)) ? read(path) : 'absent',
      ]),
    );

  describe.each(databaseKinds)('on %s', (kind) => {
    beforeAll(async () => makeApp(urlOf(await emptyDatabase(kind))));

    it('are added with a preview, activated with their options, and recorded', async () => {
      const before = files();
      const shown = await kernel('plugin:add', '@headwater/plugin-notes@1.0.0', '--json');
      expectPublished('plugin:add', shown.json());
      expect([shown.code, shown.json()]).toEqual([
        3,
        expect.objectContaining({
          installed: false,
          plan: {
            plugin: 'notes',
            package: '@headwater/plugin-notes',
            version: '1.0.0',
            from: null,
            owns: ['notes_note'],
            extends: [],
            revisions: [
              { id: 'notes@0001_note', pending: true, breaking: false, touches: ['create table notes_note'] },
            ],
            others: ['core@0001_user'],
            unread: null,
            options: { perMinute: 30 },
          },
        }),
      ]);
      expect(files()).toEqual(before);
      const text = await kernel('plugin:add', '@headwater/plugin-notes@1.0.0');
      expect(text.stdout).toMatch(
        /notes@0001_note +pending +create table notes_note\n[^]*Nothing was installed\. To install it: npx kernel plugin:add @headwater\/plugin-notes@1\.0\.0 --yes/,
      );

      ok(await kernel('plugin:add', '@headwater/plugin-notes@1.0.0', '--yes'));
      expect(JSON.parse(read('config.json'))).toMatchObject({ plugins: { notes: { perMinute: 30 } } });
      expect(JSON.parse(read('package.json'))).toMatchObject({
        dependencies: { '@headwater/plugin-notes': expect.stringContaining('1.0.0') as unknown },
      });
      expect(JSON.parse(read('headwater.lock.json'))).toMatchObject({
        format: 1,
        plugins: { notes: { package: '@headwater/plugin-notes', version: '1.0.0' } },
      });
      expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({
        applied: ['core@0001_user', 'notes@0001_note'],
      });
    });

    it('are updated with a preview of the new revisions, which may be breaking, and with the findings of lint', async () => {
      const shown = await kernel('plugin:update', 'notes');
      expect(shown.stdout).toMatch(
        /notes@0001_note +applied .*\n +notes@0002_count +pending +breaking +create column core_user\.notes_count/,
      );
      expect(shown.stdout).toMatch(/index-not-concurrent.*notes@0002_count|notes@0002_count.*index-not-concurrent/);
      const done = ok(await kernel('plugin:update', '--yes', '--json'));
      expectPublished('plugin:update', done.json());
      expect(read('headwater.lock.json')).toContain('"notes@0002_count": "r1:');
      expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({ applied: ['notes@0002_count'] });
      expect(ok(await kernel('plugin:update')).stdout).toBe('Every plugin has that version already.\n');
    });

    it('are refused if they claim a table of another', async () => {
      const before = files();
      const refusal = refusalIn(await kernel('plugin:add', '@headwater/plugin-rival', '--yes', '--json'));
      expect([refusal.code, refusal.exitCode]).toEqual(['PLUGIN_COLLISION', 14]);
      expect(refusal.message).toBe('The table notes_note is claimed twice, by "rival" and "notes".');
      expect(files()).toEqual(before);
    });

    it('are removed, which leaves their data, and added again, which has nothing to do', async () => {
      const shown = await kernel('plugin:remove', 'notes');
      expect(shown.code).toBe(3);
      expect(shown.stdout).toMatch(/^This removes notes from .*, and uninstalls @headwater\/plugin-notes with npm\.\n/);
      expect(shown.stdout).toContain('Nothing was removed.');
      const done = ok(await kernel('plugin:remove', 'notes', '--yes', '--json'));
      expectPublished('plugin:remove', done.json());
      expect(JSON.parse(read('config.json'))).toMatchObject({ plugins: {} });
      expect(existsSync(join(app, 'node_modules/@headwater/plugin-notes'))).toBe(false);
      expect(JSON.parse(read('headwater.lock.json'))).toMatchObject({ plugins: {} });
      expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({
        dormant: ['notes@0001_note', 'notes@0002_count'],
      });
      ok(await kernel('plugin:add', '@headwater/plugin-notes', '--yes'));
      expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({ applied: [], dormant: [] });
    });

    it('are not replaced by another package of the same name', async () => {
      ok(await kernel('plugin:remove', 'notes', '--yes'));
      const before = files();
      const refusal = refusalIn(await kernel('plugin:add', '@acme/plugin-notes', '--yes', '--json'));
      expect([refusal.code, refusal.exitCode]).toEqual(['PLUGIN_NAME_TAKEN', 14]);
      expect(refusal.message).toBe(
        'The package @acme/plugin-notes is a plugin "notes", and the database has the plugin "notes" of @headwater/plugin-notes.',
      );
      expect(files()).toEqual(before);
    });
  });

  describe('that cannot be installed', () => {
    beforeAll(() => makeApp('pglite://'));

    it.each<[spec: string, code: string, exit: number, text: RegExp]>([
      ['@acme/none', 'PACKAGE_NOT_PUBLISHED', 12, /npm finds no package "@acme\/none"/],
      ['./none.tgz', 'PACKAGE_NOT_PUBLISHED', 12, /npm finds no package ".*\/none/],
      ['@headwater/plugin-notes@7.0.0', 'PACKAGE_NOT_PUBLISHED', 12, /No matching version found/],
      [
        '@acme/plugin-future',
        'REQUIREMENT_UNMET',
        14,
        /needs @headwater\/plugin-core "\^9\.0\.0", and 1\.0\.0 is installed/,
      ],
      ['@acme/plugin-tampered', 'PACKAGE_TAMPERED', 15, /its tarball is not the one that the registry announced/],
      ['headwater-plugin-notes', 'PLUGIN_LOAD_FAILED', 12, /out of order/],
    ])('are refused, and every file stays as it was: %s', async (spec, code, exit, text) => {
      const before = files();
      const refusal = refusalIn(await kernel('plugin:add', spec, '--yes', '--json'));
      expect([refusal.code, refusal.exitCode]).toEqual([code, exit]);
      expect(refusal.message).toMatch(text);
      expect(files()).toEqual(before);
      expect(readdirSync(join(app, 'node_modules/.cache'))).toEqual([]);
    });
  });

  it('are left by an update if they came from a tarball, since a registry may have another package of that name', async () => {
    await makeApp('pglite://');
    ok(await kernel('plugin:add', tarball, '--yes'));
    const before = files();
    const all = ok(await kernel('plugin:update', '--yes', '--json'));
    expectPublished('plugin:update', all.json());
    expect(all.json()).toMatchObject({ installed: false, updates: [], left: ['notes'] });
    expect(ok(await kernel('plugin:update', '--yes')).stdout).toMatch(
      /^There is nothing to update\.\nnotes stays: it comes from file:.*\.tgz\.\n$/,
    );
    const refusal = refusalIn(await kernel('plugin:update', 'notes', '--yes', '--json'));
    expect([refusal.code, refusal.message]).toEqual(['USAGE', expect.stringContaining('plugin:add')]);
    expect(files()).toEqual(before);
    ok(await kernel('plugin:update', 'notes@1.1.0', '--yes'));
    expect(JSON.parse(read('headwater.lock.json'))).toMatchObject({ plugins: { notes: { version: '1.1.0' } } });
  });

  it('are warned of, and refused in production, if headwater.lock.json does not list them', async () => {
    await makeApp('pglite://');
    ok(await kernel('plugin:add', '@headwater/plugin-notes@1.0.0', '--yes'));
    const pinned = read('headwater.lock.json');
    expect(ok(await kernel('plugin:lock', '--check')).stdout).toContain('is up to date');
    const production = { cwd: app, env: { NODE_ENV: 'production' } };
    ok(await project.kernelWith(production, 'start', '--once'));

    project.write(
      'app/headwater.lock.json',
      pinned.replace(/"version": "1\.0\.0"(?=[^}]*notes@)/, '"version": "0.9.0"'),
    );
    const refusal = refusalIn(await project.kernelWith(production, 'start', '--once', '--json'));
    expect([refusal.code, refusal.exitCode]).toEqual(['PINNED_SET_DIFFERS', 15]);
    expect(refusal.message).toContain(
      'notes is @headwater/plugin-notes 1.0.0, and @headwater/plugin-notes 0.9.0 is listed',
    );
    expect(refusalIn(await project.kernelWith(production, 'migrate:up', '--json')).code).toBe('PINNED_SET_DIFFERS');
    const warned = ok(await kernel('start', '--once'));
    expect(warned.stderr).toContain('The installed plugins are not those of');
    expect((await kernel('plugin:lock', '--check')).code).toBe(3);
    const written = ok(await kernel('plugin:lock', '--json'));
    expectPublished('plugin:lock', written.json());
    expect(read('headwater.lock.json')).toBe(pinned);
  });

  it('are summarized for a pull request', async () => {
    await makeApp('pglite://');
    const git = (...args: readonly string[]): void =>
      void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: app });
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'empty');
    ok(await kernel('plugin:add', '@headwater/plugin-notes@1.0.0', '--yes'));
    const summary = ok(await kernel('plugin:lock', '--summary', 'HEAD', '--json'));
    expectPublished('plugin:lock', summary.json());
    git('add', 'headwater.lock.json');
    git('commit', '--quiet', '--message', 'notes');
    ok(await kernel('plugin:update', '--yes'));
    expect(ok(await kernel('plugin:lock', '--summary', 'HEAD')).stdout).toContain(
      '| notes | `@headwater/plugin-notes` | 1.0.0 | 1.1.0 |\n\nNew revisions, which the next start applies:\n\n- `notes@0002_count` **breaking**\n',
    );
    const unknown = refusalIn(await kernel('plugin:lock', '--summary', 'nowhere', '--json'));
    expect(unknown).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('git knows no commit "nowhere"') as unknown,
    });
  });
});
