import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { community, complaintIn, ok, openTrap, refusalIn } from './support.ts';

/** The community, with `stickers` and `comments` installed but not listed. */
async function unlisted(database?: string): Promise<Project> {
  const plugins = {
    ...community,
    comments: { ...community['comments'], config: null },
    stickers: { ...community['stickers'], config: null },
  };
  return makeProject({ plugins, ...(database !== undefined && { database }) });
}

/** Sets an old modification time, so that a write is detected even if it writes the same bytes. */
function aged(file: string): { readonly bytes: Buffer; readonly untouched: () => boolean } {
  utimesSync(file, 1, 1);
  return { bytes: readFileSync(file), untouched: () => statSync(file).mtimeMs === 1000 };
}

describe('kernel plugin:list', () => {
  it('lists active, disabled and unlisted plugins with their packages, versions and requirements', async () => {
    const trap = await openTrap();
    const project = await unlisted(trap.url);
    project.reconfigure((config) => (config.plugins['stickers'] = { $enabled: false }));
    const { plugins } = ok(await project.kernel('plugin:list', '--json')).json() as {
      plugins: readonly Record<string, unknown>[];
    };
    const brief = plugins.map(({ name, state, version, requires, revisions }) => ({
      name,
      state,
      version,
      requires,
      revisions,
    }));
    expect(
      brief.filter(({ name }) => name !== 'core').toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
    ).toEqual([
      { name: 'comments', state: 'not listed', version: '1.0.0', requires: ['core'], revisions: 1 },
      { name: 'likes', state: 'active', version: '1.0.0', requires: ['core'], revisions: 2 },
      { name: 'stickers', state: 'disabled', version: '1.0.0', requires: ['core', 'likes'], revisions: 1 },
    ]);
    const { stdout } = ok(await project.kernel('plugin:list'));
    expect(stdout).toMatch(/^likes +active +@headwater\/plugin-likes 1\.0\.0 +2 revisions +requires core$/m);
    expect(stdout).toMatch(/^stickers +disabled +@headwater\/plugin-stickers/m);
    expect(stdout).toMatch(/^comments +not listed +@headwater\/plugin-comments/m);
    expect(trap.calls()).toBe(0);
  });

  it('lists only plugin zero if there is no other plugin, and prints "1 revision" in the singular', async () => {
    const project = await makeProject({ plugins: { core: { revisions: { '0001_base': 'select 1' } } } });
    expect(ok(await project.kernel('plugin:list')).stdout).toMatch(/^core +active .* 1 revision$/m);
  });
});

describe('kernel plugin:enable', () => {
  it('activates a plugin without a database, and does nothing the second time', async () => {
    const trap = await openTrap();
    const project = await unlisted(trap.url);
    expect(ok(await project.kernel('plugin:enable', 'comments', '--json')).json()).toEqual({
      plugin: 'comments',
      package: '@headwater/plugin-comments',
      version: '1.0.0',
      active: true,
      changed: true,
      file: project.config,
    });
    const after = aged(project.config);
    expect(JSON.parse(after.bytes.toString())).toMatchObject({ plugins: { likes: {}, comments: {} } });
    expect(ok(await project.kernel('plugin:enable', 'comments', '--json')).json()).toMatchObject({ changed: false });
    expect(ok(await project.kernel('plugin:enable', 'comments')).stdout).toMatch(/already active/);
    expect(after.untouched()).toBe(true);
    expect(ok(await project.kernel('plugin:enable', 'stickers')).stdout).toMatch(/npx kernel migrate:plan/);
    expect(ok(await project.kernel('migrate:heads')).stdout).toContain('stickers@0001_create_sticker');
    expect(trap.calls()).toBe(0);
  });

  it('enables a disabled plugin with its old options', async () => {
    const project = await unlisted();
    project.reconfigure((config) => (config.plugins['stickers'] = { $enabled: false, $startTimeout: 5 }));
    ok(await project.kernel('plugin:enable', 'stickers'));
    expect(JSON.parse(readFileSync(project.config, 'utf8'))).toMatchObject({
      plugins: { stickers: { $startTimeout: 5 } },
    });
  });

  it.each([
    ['a plugin that is not there', 'lkies', 'PLUGIN_NOT_FOUND', 12, /"lkies".*@headwater\/plugin-lkies/s],
    ['a name against the rule', '../likes', 'PLUGIN_NAME_INVALID', 12, /path/],
    ['plugin zero', 'core', 'PLUGIN_NAME_RESERVED', 12, /core/],
    ['one whose requirement is not active', 'stickers', 'REQUIREMENT_MISSING', 14, /"stickers".*requires.*"likes"/],
    ['one whose module does not load', 'broken', 'PLUGIN_LOAD_FAILED', 12, /out of tune/],
    ['one whose options are missing', 'strict', 'CONFIG_VALUE_INVALID', 10, /\/plugins\/strict/],
    ['one that is too new for the kernel', 'future', 'REQUIREMENT_UNMET', 14, /@headwater\/kernel.*\^9/],
  ])('rejects %s before writing anything', async (_, name, code, exit, says) => {
    const fields = `config: { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'key is missing', path: ['key'] }] }) } }`;
    const plugins = {
      core: community['core'] ?? {},
      likes: { config: null },
      stickers: { requires: ['likes'], config: null },
      broken: { config: null, fields: `get start() { throw new Error('out of tune'); }` },
      strict: { config: null, fields },
      future: { config: null },
    };
    const project = await makeProject({ plugins });
    const manifest = join(project.folderOf('future'), 'package.json');
    const text = readFileSync(manifest, 'utf8').replace(/("@headwater\/kernel": ")[^"]+/, '$1^9.0.0');
    project.write('plugins/future/package.json', text);
    const before = aged(project.config);
    const refusal = refusalIn(await project.kernel('plugin:enable', name, '--json'));
    expect(refusal).toMatchObject({ code, exitCode: exit, written: 'Nothing was written.' });
    expect(refusal.message).toMatch(says);
    expect(before.untouched()).toBe(true);
    expect(readFileSync(project.config)).toEqual(before.bytes);
  });

  it('suggests the closest installed plugin for a misspelled name', async () => {
    const project = await unlisted();
    const refusal = refusalIn(await project.kernel('plugin:enable', 'coments', '--json'));
    expect(`${refusal.message} ${refusal.hint}`).toMatch(/"?comments"?/);
    expect(complaintIn(await project.kernel('plugin:enable', 'coments'), 12)).toMatch(/comments/);
    expect(refusalIn(await project.kernel('plugin:enable', 'zebra', '--json')).hint).toBe(
      'See which plugins are installed: npx kernel plugin:list. To install and activate one: npx kernel plugin:add <package>',
    );
  });

  it('does not disable plugin zero', async () => {
    const project = await unlisted();
    const refusal = refusalIn(await project.kernel('plugin:disable', 'core', '--json'));
    expect([refusal.code, refusal.message]).toEqual(['USAGE', expect.stringContaining('core is plugin zero')]);
  });
});

describe('kernel plugin:build', () => {
  it('names a folder that is no package', async () => {
    const project = await makeProject({ plugins: {} });
    const refusal = refusalIn(await project.kernel('plugin:build', 'nowhere', '--json'));
    expect(refusal).toMatchObject({
      code: 'PACKAGE_UNREADABLE',
      hint: 'Name the folder of a package, or correct its package.json.',
    });
  });

  it('writes the manifest and the lock file; with --check it writes nothing and exits with 3', async () => {
    const project = await makeProject({ plugins: { core: community['core'] ?? {}, likes: community['likes'] ?? {} } });
    const folder = project.folderOf('likes');
    const files = [join(folder, 'revisions.lock.json'), join(folder, 'dist/headwater.json')];
    const late = await project.kernel('plugin:build', folder, '--check', '--json');
    expect(late).toMatchObject({ code: 3, stderr: '' });
    expect(late.json()).toMatchObject({ changed: files });
    expect(statSync(files[0] ?? '', { throwIfNoEntry: false })).toBe(undefined);
    expect((await project.kernel('plugin:build', folder, '--check')).stdout).toMatch(/out of date/);
    const built = await project.kernel('plugin:build', folder, '--json');
    expect(ok(built).json()).toEqual({
      plugin: 'likes',
      version: '1.0.0',
      revisions: 2,
      added: ['likes@0001_create_like', 'likes@0002_count_on_object'],
      changed: files,
    });
    const manifest = aged(files[1] ?? '');
    expect(ok(await project.kernel('plugin:build', folder)).stdout).toMatch(/up to date/);
    expect(manifest.untouched()).toBe(true);
    ok(await project.kernel('plugin:build', folder, '--check'));
  });

  it('builds the working directory if no folder is given', async () => {
    const project = await makeProject({ plugins: { core: community['core'] ?? {}, likes: community['likes'] ?? {} } });
    const inside = await makeKernelIn(project, 'likes');
    expect(ok(inside).stdout).toMatch(/likes 1\.0\.0: 2 revisions/);
  });

  it('rejects an edited published revision, and a folder that is not a plugin', async () => {
    const project = await makeProject({ plugins: { core: community['core'] ?? {}, likes: community['likes'] ?? {} } });
    const folder = project.folderOf('likes');
    ok(await project.kernel('plugin:build', folder));
    const file = project.fileOf('likes@0001_create_like');
    project.write(
      'plugins/likes/src/migrations/0001_create_like.js',
      readFileSync(file, 'utf8').replace('object_id', 'it'),
    );
    expect(refusalIn(await project.kernel('plugin:build', folder, '--json'))).toMatchObject({
      code: 'PLUGIN_BUILD_CHANGED',
      exitCode: 15,
    });
    expect((await project.kernel('plugin:build', 'nowhere')).code).toBe(12);
    expect((await project.kernel('plugin:build', '.')).code).toBe(12);
  });
});

function makeKernelIn(project: Project, plugin: string): ReturnType<Project['kernel']> {
  return project.kernelWith({ cwd: project.folderOf(plugin) }, 'plugin:build');
}

describe('kernel config:check', () => {
  it('reports what it checked, without a database', async () => {
    const trap = await openTrap();
    const project = await makeProject({ plugins: community, database: trap.url });
    expect(ok(await project.kernel('config:check', '--json')).json()).toEqual({
      file: project.config,
      overlays: [],
      root: project.cwd,
      database: trap.url.replace(':unused', ''),
      plugins: ['core', 'comments', 'likes', 'stickers'],
      revisions: 6,
    });
    expect(ok(await project.kernel('config:check')).stdout).toMatch(/6 revisions/);
    project.write('config.production.json', '{ "plugins": { "stickers": { "$enabled": false } } }');
    const production = ok(await project.kernelWith({ env: { NODE_ENV: 'production' } }, 'config:check'));
    expect(production.stdout).toContain('config.production.json');
    expect(production.stdout).not.toContain('stickers');
    expect(trap.calls()).toBe(0);
  });
});

describe('kernel config:schema', () => {
  it('writes the schema for the installed plugins; with --check it writes nothing and exits with 3', async () => {
    const project = await unlisted();
    const file = join(project.cwd, 'config.schema.json');
    const late = await project.kernel('config:schema', '--check', '--json');
    expect(late).toMatchObject({ code: 3, stderr: '' });
    expect(late.json()).toEqual({ file, changed: true });
    expect(statSync(file, { throwIfNoEntry: false })).toBe(undefined);
    expect(ok(await project.kernel('config:schema', '--json')).json()).toEqual({ file, changed: true });
    const schema = aged(file);
    expect(JSON.parse(schema.bytes.toString())).toMatchObject({
      properties: { plugins: { properties: { likes: {}, comments: {}, stickers: {} } } },
    });
    expect(ok(await project.kernel('config:schema', '--check')).stdout).toContain('up to date');
    expect(ok(await project.kernel('config:schema', '--json')).json()).toEqual({ file, changed: false });
    expect(schema.untouched()).toBe(true);
    expect(ok(await project.kernel('config:schema', '--print')).json()).toEqual(JSON.parse(schema.bytes.toString()));
  });

  it('writes the schema even if a listed plugin is not installed', async () => {
    const project = await unlisted();
    rmSync(join(project.cwd, 'node_modules/@headwater/plugin-likes'));
    expect(ok(await project.kernel('config:schema')).stdout).toContain('config.schema.json');
  });
});

describe('--config', () => {
  it('is relative to the working directory; without --config, parent folders are searched', async () => {
    const project = await makeProject({ plugins: community });
    mkdirSync(join(project.cwd, 'deep/er'), { recursive: true });
    const deep = { cwd: join(project.cwd, 'deep/er') };
    expect(ok(await project.kernelWith(deep, 'migrate:heads')).stdout).toContain('likes@0002_count_on_object');
    const moved = join(project.cwd, 'deep/other.json');
    renameSync(project.config, moved);
    ok(await project.kernelWith(deep, 'migrate:heads', '--config', '../other.json'));
    ok(await project.kernel('migrate:heads', `--config=${moved}`));
    const text = complaintIn(await project.kernel('migrate:heads', '--config', 'nowhere.json'), 10);
    expect(text).toContain(join(project.cwd, 'nowhere.json'));
    expect(text).toContain(`working directory ${project.cwd}`);
    expect(dirname(moved)).not.toBe(project.cwd);
  });
});
