import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { loadPluginSet } from '../../src/plugin/load-plugin-set.ts';
import type { PluginSet } from '../../src/plugin/plugin-set.ts';
import { makeFolder, writeFiles } from '../config/folder.ts';
import { refusalIn } from '../config/refusal.ts';
import { kernelFolder, kernelOf, makeProject } from './project.ts';

describe('a plugin set', () => {
  it('contains plugin zero and the enabled plugins, required ones first, ties broken by name', async () => {
    const project = makeProject();
    project.install({ name: 'likes' });
    project.install({ name: 'comments', peers: { '@headwater/plugin-likes': '^1.0.0' } });
    project.install({ name: 'badges', peers: { '@headwater/plugin-comments': '*' } });
    project.install({ name: 'mail' });
    project.install({ name: 'off' });
    const set = await project.load({ mail: {}, badges: {}, off: { enabled: false }, comments: {}, likes: {} });
    expect(set.plugins.map(({ name, depth }) => [name, depth])).toEqual([
      ['core', 0],
      ['likes', 1],
      ['mail', 1],
      ['comments', 2],
      ['badges', 3],
    ]);
    expect(set.byName.get('comments')?.requires).toEqual([
      { plugin: 'likes', package: '@headwater/plugin-likes', range: '^1.0.0', optional: false },
    ]);
    expect(Object.isFrozen(set.plugins)).toBe(true);
  });

  it('treats packages in node_modules as built and linked packages as sources', async () => {
    const project = makeProject();
    const built = project.install({ name: 'likes', revisions: [{ slug: '0001_a' }] });
    const linked = project.link({ name: 'mail', revisions: [{ slug: '0001_a' }, { slug: '0002_b' }] });
    const { byName } = await project.load({ likes: {}, mail: {} });
    expect(byName.get('likes')).toMatchObject({
      from: 'built',
      directory: built,
      entry: `${built}/dist/index.js`,
    });
    expect(byName.get('mail')).toMatchObject({
      from: 'sources',
      directory: linked,
      entry: `${linked}/src/index.ts`,
    });
    expect(byName.get('mail')?.revisions.map(({ id, file }) => [id, file])).toEqual([
      ['mail@0001_a', `${linked}/src/migrations/0001_a.ts`],
      ['mail@0002_b', `${linked}/src/migrations/0002_b.ts`],
    ]);
  });

  it('treats a linked package as built if its source target is missing', async () => {
    const project = makeProject();
    const folder = project.link({
      name: 'mail',
      files: { 'dist/headwater.json': { format: 1, plugin: 'mail', revisions: [] } },
    });
    rmSync(join(folder, 'src/index.ts'));
    expect((await project.load({ mail: {} })).byName.get('mail')).toMatchObject({ from: 'built' });
  });

  it('never treats a published package as sources, even if it has a "headwater-source" target', async () => {
    const project = makeProject();
    project.install({ name: 'likes', files: { 'src/index.ts': 'throw 1', 'src/migrations/0001_a.ts': 'throw 1' } });
    expect((await project.load({ likes: {} })).byName.get('likes')).toMatchObject({ from: 'built', revisions: [] });
  });

  it('finds a package under each conventional name, a given name, and a path', async () => {
    const project = makeProject();
    project.install({ name: 'a', package: '@headwater/plugin-a' });
    project.install({ name: 'b', package: 'headwater-plugin-b' });
    project.install({ name: 'c', package: '@acme/see' });
    project.write({
      'app/package.json': { name: 'app', headwater: { plugin: 'app' }, main: 'x.js' },
      'app/dist/headwater.json': { format: 1, plugin: 'app', revisions: [] },
    });
    const { byName } = await project.load({ a: {}, b: {}, c: { package: '@acme/see' }, app: { package: './app' } });
    expect([...byName.values()].map((plugin) => plugin.package).toSorted()).toEqual([
      '@acme/core',
      '@acme/see',
      '@headwater/plugin-a',
      'app',
      'headwater-plugin-b',
    ]);
  });

  it.each(['.', './'])('finds a plugin in the project itself, as in a repository of its own: %s', async (path) => {
    const project = makeProject();
    project.write({
      'package.json': { name: 'headwater-plugin-own', headwater: { plugin: 'own' }, main: 'x.js' },
      'dist/headwater.json': { format: 1, plugin: 'own', revisions: [] },
    });
    expect((await project.load({ own: { package: path } })).byName.get('own')?.package).toBe('headwater-plugin-own');
  });

  it('finds a package in a node_modules above the project', async () => {
    const project = makeProject();
    project.install({ name: 'likes' });
    project.write({ 'apps/one/package.json': {} });
    const config = { ...project.config({ likes: {} }), root: join(project.root, 'apps/one') };
    expect((await loadPluginSet(config, kernelOf())).byName.has('likes')).toBe(true);
  });

  it('has no plugin zero if the config names none', async () => {
    const project = makeProject();
    project.install({ name: 'likes' });
    expect([...(await project.load({ likes: {} }, null)).byName.keys()]).toEqual(['likes']);
  });

  it('rejects a config without plugin zero if a plugin requires it, and shows the line to add', async () => {
    const project = makeProject();
    project.install({ name: 'likes', peers: { '@acme/core': '*' } });
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {} }, null));
    expect([code, exit]).toEqual(['REQUIREMENT_MISSING', 14]);
    expect(text).toContain('"core": "@acme/core"');
  });

  it('accepts a path, so that an application can be its own plugin zero', async () => {
    const project = makeProject();
    project.write({
      'core/package.json': { name: 'own-core', headwater: { plugin: 'core' }, exports: './x.js' },
      'core/dist/headwater.json': { format: 1, plugin: 'core', revisions: [] },
    });
    expect((await project.load({}, './core')).byName.get('core')?.package).toBe('own-core');
  });
});

describe('an invalid or missing package', () => {
  it.each<[given: string, ...parts: string[]]>([
    ['../outside', 'begins with "./"'],
    ['/etc', 'begins with "./"'],
    ['C:\\x', 'begins with "./"'],
    ['file:./app', 'a URL'],
    ['data:text/javascript,throw 1', 'a URL'],
    ['https://example.org/x.js', 'a URL'],
    ['node:fs', 'a URL'],
    ['@headwater/plugin-likes/dist/index.js', 'npm does not allow this name'],
    ['likes/../../x', 'npm does not allow this name'],
    ['Likes', 'npm does not allow this name'],
    ['.hidden', 'npm does not allow this name'],
    ['x'.repeat(215), 'npm does not allow this name'],
    ['node_modules', 'npm does not allow this name'],
    ['./../outside', 'leads out of the project'],
    ['./packages/../../outside', 'leads out of the project'],
    ['./door', 'leads out of the project'],
  ])('is rejected by its name or path alone, before anything is imported: %s', async (given, ...parts) => {
    const project = makeProject();
    const outside = makeFolder();
    writeFiles(outside, { 'package.json': { headwater: { plugin: 'likes' }, main: 'x.js' } });
    symlinkSync(outside, join(project.root, 'door'));
    const refusal = await refusalIn(() => project.load({ likes: { package: given } }));
    expect([refusal.code, refusal.exit]).toEqual(['PLUGIN_PACKAGE_INVALID', 12]);
    for (const part of ['/plugins/likes/$package', '"./app"', ...parts]) expect(refusal.text).toContain(part);
    expect(refusal.text.length).toBeLessThan(500);
  });

  it.each(['../outside', '/etc', 'data:text/javascript,throw 1', 'node:fs', 'Core', './../outside', '@acme/core/../x'])(
    'is rejected for plugin zero, too: %s',
    async (core) => {
      const { code, text } = await refusalIn(() => makeProject().load({}, core));
      expect(code).toBe('PLUGIN_PACKAGE_INVALID');
      expect(text).toContain('at /core ');
    },
  );

  it('is reported with the names tried, the folder and the installation, without inventing a name', async () => {
    const project = makeProject();
    const { code, exit, text } = await refusalIn(() => project.load({ shop: {} }));
    expect([code, exit]).toEqual(['PLUGIN_NOT_FOUND', 12]);
    for (const part of ['@headwater/plugin-shop and headwater-plugin-shop', project.root, '"$package"']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('npm install @headwater/plugin-shop');
    expect((await refusalIn(() => project.load({ shop: { package: '@acme/shop' } }))).text).toContain(
      'npm install @acme/shop',
    );
    expect((await refusalIn(() => project.load({ shop: { package: './shop' } }))).text).toContain('tried ./shop');
    expect((await refusalIn(() => project.load({}, '@acme/none'))).text).toContain('npm install @acme/none');
  });

  it.each<[name: string, content: unknown, part: string]>([
    ['not JSON', '{', 'not a JSON object'],
    ['no object', '[]', 'not a JSON object'],
    ['absent', null, 'no such file'],
    ['huge', ' '.repeat(5_000_000), '5000000 bytes'],
  ])('is rejected, naming the file, if package.json is %s', async (_name, content, part) => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    if (content === null) rmSync(join(folder, 'package.json'));
    else writeFiles(folder, { 'package.json': content });
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {} }));
    expect([code, exit]).toEqual(['PACKAGE_UNREADABLE', 12]);
    expect(text).toContain(join(folder, 'package.json'));
    expect(text).toContain(part);
  });

  it('may begin with a byte order mark, as npm allows', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    const file = join(folder, 'package.json');
    writeFiles(folder, { 'package.json': `\uFEFF${readFileSync(file, 'utf8')}` });
    expect((await project.load({ likes: {} })).byName.has('likes')).toBe(true);
  });

  it.each<[fields: Readonly<Record<string, unknown>>, field: string, part: string]>([
    [{ headwater: undefined }, 'headwater', 'is missing'],
    [{ headwater: 'likes' }, 'headwater', 'is not an object'],
    [{ headwater: {} }, 'headwater.plugin', 'is missing'],
    [{ headwater: { plugin: 5 } }, 'headwater.plugin', 'is not a name'],
    [{ headwater: { plugin: 'Likes' } }, 'headwater.plugin', 'is "Likes", not [a-z][a-z0-9-]{0,38}'],
    [{ headwater: { plugin: 'likes', migrations: '../x' } }, 'headwater.migrations', 'inside the package: "../x"'],
    [{ headwater: { plugin: 'likes', migrations: 5 } }, 'headwater.migrations', 'inside the package'],
    [{ headwater: { plugin: 'likes', openTables: 'likes_like' } }, 'headwater.openTables', 'is not a list'],
    [{ headwater: { plugin: 'likes', formerly: 'hearts' } }, 'headwater.formerly', 'is not a list'],
    [{ headwater: { plugin: 'likes', formerly: ['Hearts'] } }, 'headwater.formerly', 'not a plugin name'],
    [{ headwater: { plugin: 'likes', formerly: ['likes'] } }, 'headwater.formerly', 'cannot be a former name'],
    [{ headwater: { plugin: 'likes', openTables: [5] } }, 'headwater.openTables', 'entry that is not a table name'],
    [{ headwater: { plugin: 'likes', openTables: ['a.b.c'] } }, 'headwater.openTables', '"a.b.c", not the name'],
    [{ headwater: { plugin: 'likes', openTables: ['t', 'public.t'] } }, 'headwater.openTables', 'has "t" twice'],
    [{ exports: {} }, 'exports', 'no module for "."'],
    [{ exports: { './x': './x.js' } }, 'exports', 'no module for "."'],
    [{ exports: '../outside.js' }, 'exports', 'no module for "."'],
    [{ exports: './a/../../outside.js' }, 'exports', 'no module for "."'],
    [{ exports: { '.': { require: './x.cjs' } } }, 'exports', 'no module for "."'],
    [{ exports: undefined, main: '../x.js' }, 'exports', 'no module for "."'],
  ])('is not a plugin with %j', async (fields, field, part) => {
    const project = makeProject();
    project.install({ name: 'likes', fields });
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {} }));
    expect([code, exit]).toEqual(['PLUGIN_FIELD_INVALID', 12]);
    for (const one of ['@headwater/plugin-likes', `"${field}"`, 'package.json', part]) expect(text).toContain(one);
  });

  it('declares the tables that are open to rows of other plugins', async () => {
    const project = makeProject();
    const openTables = ['public.queue_job', 'audit.entry', 'public."Dotted.name"'];
    project.install({ name: 'queue', fields: { headwater: { plugin: 'queue', openTables } } });
    project.link({ name: 'likes' });
    const { byName } = await project.load({ queue: {}, likes: {} });
    expect(byName.get('queue')?.openTables).toEqual(['"Dotted.name"', 'audit.entry', 'queue_job']);
    expect(byName.get('likes')?.openTables).toEqual([]);
  });

  it('is rejected if the migrations folder that it names is missing', async () => {
    const project = makeProject();
    project.link({ name: 'likes', fields: { headwater: { plugin: 'likes', migrations: 'src/revisions' } } });
    const { code, text } = await refusalIn(() => project.load({ likes: {} }));
    expect(code).toBe('PLUGIN_FIELD_INVALID');
    expect(text).toContain('src/revisions: no such file or directory (ENOENT)');
  });

  it('is rejected under any name other than its own', async () => {
    const project = makeProject();
    project.install({ name: 'likes', package: '@acme/likes' });
    const { code, exit, text } = await refusalIn(() => project.load({ hearts: { package: '@acme/likes' } }));
    expect([code, exit]).toEqual(['PLUGIN_NAME_DIFFERS', 12]);
    for (const part of ['@acme/likes', '"hearts"', '"plugins": { "likes": {} }']) expect(text).toContain(part);
    const zero = await refusalIn(() => project.load({}, '@acme/likes'));
    expect(zero.code).toBe('PLUGIN_NAME_DIFFERS');
    expect(zero.text).toContain('"core"');
  });
});

describe('any package.json', () => {
  it('yields a plugin or an error with a code', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    const exports = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }),
      fc.dictionary(
        fc.constantFrom('.', './x', 'default', 'node', 'headwater-source'),
        fc.oneof(fc.constantFrom('./x.js', '../x', null), fc.jsonValue()),
      ),
    );
    const fields = fc.record(
      {
        name: fc.jsonValue(),
        version: fc.jsonValue(),
        headwater: fc.oneof(
          fc.record(
            { plugin: fc.constant('likes'), migrations: fc.jsonValue(), openTables: fc.jsonValue() },
            { requiredKeys: ['plugin'] },
          ),
          fc.jsonValue(),
        ),
        exports,
        main: fc.jsonValue(),
        peerDependencies: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())), fc.jsonValue()),
        peerDependenciesMeta: fc.jsonValue(),
      },
      { requiredKeys: ['headwater'] },
    );
    await fc.assert(
      fc.asyncProperty(fields, async (json) => {
        writeFiles(folder, { 'package.json': json });
        const outcome = await project.load({ likes: {} }).catch((error: unknown) => error);
        expect(isKernelError(outcome) || (outcome as PluginSet).plugins.length === 2).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('may be nested to any depth', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    writeFiles(folder, { 'package.json': `{"headwater": {"plugin": "likes"}, "exports": ${deep}}` });
    expect(await refusalIn(() => project.load({ likes: {} }))).toMatchObject({ code: 'PLUGIN_FIELD_INVALID' });
  });
});

describe('two plugins', () => {
  it('cannot come from one package', async () => {
    const project = makeProject();
    project.install({ name: 'likes', package: '@acme/likes' });
    const plugins = { hearts: { package: '@acme/likes' }, likes: { package: '@acme/likes' } };
    const { code, exit, text } = await refusalIn(() => project.load({ likes: plugins.likes, again: plugins.likes }));
    expect([code, exit]).toEqual(['PLUGIN_COLLISION', 14]);
    for (const part of ['@acme/likes', '"likes"', '"again"']) expect(text).toContain(part);
    expect((await refusalIn(() => project.load({ zero: { package: '@acme/core' } }))).text).toContain(
      '"core" and "zero"',
    );
  });

  it('cannot have the same name, one active and one required', async () => {
    const project = makeProject();
    project.install({ name: 'likes', package: '@acme/likes' });
    project.install({ name: 'likes' });
    project.install({ name: 'comments', peers: { '@headwater/plugin-likes': '*' } });
    const load = () => project.load({ likes: { package: '@acme/likes' }, comments: {} });
    const { code, exit, text } = await refusalIn(load);
    expect([code, exit]).toEqual(['PLUGIN_COLLISION', 14]);
    for (const part of ['"likes"', '@acme/likes', '@headwater/plugin-likes', '@headwater/plugin-comments']) {
      expect(text).toContain(part);
    }
  });

  it('cannot require each other', async () => {
    const project = makeProject();
    project.install({ name: 'a', peers: { '@headwater/plugin-b': '*' } });
    project.install({ name: 'b', peers: { '@headwater/plugin-a': '*' } });
    const { code, exit, text } = await refusalIn(() => project.load({ a: {}, b: {} }));
    expect([code, exit]).toEqual(['REQUIRES_CYCLE', 14]);
    expect(text).toMatch(/a -> b -> a|b -> a -> b/);
  });
});

describe('a requirement', () => {
  it('is a peer dependency that is a plugin, and nothing else', async () => {
    const project = makeProject();
    project.install({ name: 'likes' });
    project.write({ 'node_modules/zod/package.json': { name: 'zod', version: '4.0.0' } });
    const peers = { zod: '^3.0.0', 'not-installed': '^1.0.0', '@acme/core': '*', '@headwater/plugin-likes': '^1.0.0' };
    project.install({ name: 'comments', peers });
    const { byName } = await project.load({ likes: {}, comments: {} });
    expect(byName.get('comments')?.requires.map(({ plugin }) => plugin)).toEqual(['core', 'likes']);
  });

  it.each([true, false])(
    'that is not active is rejected with the command that enables it (installed: %s)',
    async (installed) => {
      const project = makeProject();
      if (installed) project.install({ name: 'likes' });
      project.install({ name: 'comments', peers: { '@headwater/plugin-likes': '*' } });
      const { code, exit, text } = await refusalIn(() => project.load({ comments: {} }));
      expect([code, exit]).toEqual(['REQUIREMENT_MISSING', 14]);
      const fix = installed ? 'npx kernel plugin:enable likes' : 'npx kernel plugin:add @headwater/plugin-likes';
      for (const part of ['"comments"', '"likes"', fix]) expect(text).toContain(part);
    },
  );

  it('that is optional may be inactive, and is checked against its range only if active', async () => {
    const project = makeProject();
    project.install({ name: 'likes', version: '2.0.0' });
    project.install({
      name: 'comments',
      peers: { '@headwater/plugin-likes': '^1.0.0' },
      optional: ['@headwater/plugin-likes'],
    });
    expect((await project.load({ comments: {} })).byName.get('comments')?.requires).toEqual([]);
    expect(await refusalIn(() => project.load({ comments: {}, likes: {} }))).toMatchObject({
      code: 'REQUIREMENT_UNMET',
    });
  });

  it('that is optional does not add depth', async () => {
    const project = makeProject();
    project.install({ name: 'likes', peers: { '@headwater/plugin-mail': '*' }, optional: ['@headwater/plugin-mail'] });
    project.install({ name: 'mail', peers: { '@headwater/plugin-likes': '*' }, optional: ['@headwater/plugin-likes'] });
    const { plugins } = await project.load({ likes: {}, mail: {} });
    expect(plugins.map(({ name, depth }) => [name, depth])).toEqual([
      ['core', 0],
      ['likes', 1],
      ['mail', 1],
    ]);
  });

  it('whose range is not satisfied is rejected with both versions and the package to upgrade', async () => {
    const project = makeProject();
    project.install({ name: 'likes', version: '1.4.0' });
    project.install({ name: 'comments', version: '3.0.0', peers: { '@headwater/plugin-likes': '^1.5.0' } });
    const { code, exit, text } = await refusalIn(() => project.load({ comments: {}, likes: {} }));
    expect([code, exit]).toEqual(['REQUIREMENT_UNMET', 14]);
    for (const part of [
      '@headwater/plugin-comments 3.0.0',
      '"^1.5.0"',
      '1.4.0',
      "npm install '@headwater/plugin-likes@^1.5.0'",
    ]) {
      expect(text).toContain(part);
    }
  });

  it('on the kernel is checked against the running kernel, including prereleases', async () => {
    const project = makeProject();
    project.install({ name: 'likes' });
    const load = (version: string) => loadPluginSet(project.config({ likes: {} }), kernelOf(version));
    for (const version of ['1.0.0', '1.9.3', '1.1.0-beta.2']) expect((await load(version)).plugins).toHaveLength(2);
    for (const version of ['2.0.0', '0.9.0', '2.0.0-beta.1']) {
      const { code, text } = await refusalIn(() => load(version));
      expect(code).toBe('REQUIREMENT_UNMET');
      expect(text).toContain(`@headwater/kernel "^1.0.0", and ${version}`);
    }
  });
});

describe('two copies of the kernel', () => {
  it('are rejected with both paths and versions', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    writeFiles(folder, {
      'node_modules/@headwater/kernel/package.json': { name: '@headwater/kernel', version: '0.9.0' },
    });
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {} }));
    expect([code, exit]).toEqual(['KERNEL_DUPLICATE', 14]);
    for (const part of [
      kernelFolder,
      '1.0.0',
      join(folder, 'node_modules/@headwater/kernel'),
      '0.9.0',
      'npm ls @headwater/kernel',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('are rejected if a kernel from elsewhere runs in a project that has its own', async () => {
    const project = makeProject();
    const other = makeFolder();
    const { code, text } = await refusalIn(() =>
      loadPluginSet(project.config({}), { version: '1.0.0', directory: other }),
    );
    expect(code).toBe('KERNEL_DUPLICATE');
    expect(text).toContain('npx kernel');
  });
});

describe('a dependency on another plugin’s revision', () => {
  it.each(['install', 'link'] as const)('must be backed by a requirement (%s)', async (how) => {
    const project = makeProject();
    project.install({ name: 'likes', revisions: [{ slug: '0001_a' }] });
    const revisions = [{ slug: '0001_a', dependsOn: ['core@0001_base', 'likes@0001_a'] }];
    project[how]({ name: 'comments', peers: { '@acme/core': '*' }, revisions });
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {}, comments: {} }));
    expect([code, exit]).toEqual(['REVISION_DEPENDENCY_NOT_REQUIRED', 14]);
    for (const part of ['comments@0001_a', 'likes@0001_a', '"peerDependencies": { "@headwater/plugin-likes": "*" }']) {
      expect(text).toContain(part);
    }
  });

  it('must be backed by a hard requirement', async () => {
    const project = makeProject();
    project.install({ name: 'likes', revisions: [{ slug: '0001_a' }] });
    const peers = { '@headwater/plugin-likes': '*' };
    project.install({
      name: 'comments',
      peers,
      optional: Object.keys(peers),
      revisions: [{ slug: '0001_a', dependsOn: ['likes@0001_a'] }],
    });
    const { code, text } = await refusalIn(() => project.load({ likes: {}, comments: {} }));
    expect(code).toBe('REVISION_DEPENDENCY_NOT_REQUIRED');
    expect(text).toContain('peerDependenciesMeta');
  });
});
