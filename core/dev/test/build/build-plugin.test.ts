import { cpSync, existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPlugin } from '../../src/build/build-plugin.ts';
import { sumOf } from '../../../kernel/src/plugin/manifest.ts';
import { readLock } from '../../../kernel/src/plugin/revisions-lock.ts';
import { writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalIn } from '../../../kernel/test/config/refusal.ts';
import { makeProject, revisionText, type FixtureRevision } from '../../../kernel/test/plugin/project.ts';

const revisions: readonly FixtureRevision[] = [
  { slug: '0001_a', dependsOn: ['core@0001_base'], up: 'create table likes_a (id int)' },
  { slug: '0002_b', dependsOn: ['core@0002_more'] },
];

const likes = { name: 'likes', peers: { '@acme/core': '*' }, revisions };
const head = "import { defineRevision, sql } from '@headwater/kernel/plugin';\n";
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

describe('building a plugin', () => {
  it('writes a manifest and a lock with every revision', async () => {
    const folder = makeProject().link({ ...likes, version: '1.4.0' });
    const { manifest, lock, added } = await buildPlugin(folder);
    expect(added).toEqual(['likes@0001_a', 'likes@0002_b']);
    expect(JSON.parse(read(folder, 'dist/headwater.json'))).toEqual(manifest);
    expect(JSON.parse(read(folder, 'revisions.lock.json'))).toEqual(lock.revisions);
    expect(manifest).toMatchObject({ format: 1, plugin: 'likes', version: '1.4.0', sum: sumOf(manifest.revisions) });
    expect(manifest.revisions[1]).toEqual({
      id: 'likes@0002_b',
      revises: ['likes@0001_a'],
      dependsOn: ['core@0002_more'],
      // From the manifest of @acme/core.
      dependsOnSince: { 'core@0002_more': '1.0.0' },
      up: 'create table "likes_0002_b" (id int)',
      raw: expect.stringMatching(/^r1:[0-9a-f]{32}$/) as unknown,
      normal: lock.revisions['likes@0002_b']?.normal,
      since: '1.4.0',
    });
    expect(lock.revisions['likes@0001_a']).toEqual({
      since: '1.4.0',
      normal: expect.stringMatching(/^n1:[0-9a-f]{32}$/) as unknown,
    });
  });

  it('makes a package that plans like its sources, and records the version that published a revision', async () => {
    const project = makeProject();
    const folder = project.link(likes);
    const fromSources = (await project.load({ likes: {} })).byName.get('likes')?.revisions ?? [];
    await buildPlugin(folder);
    rmSync(join(project.root, 'node_modules/@headwater/plugin-likes'));
    cpSync(folder, join(project.root, 'node_modules/@headwater/plugin-likes'), { recursive: true });
    const plugin = (await project.load({ likes: {} })).byName.get('likes');
    expect(plugin?.from).toBe('built');
    const known = { since: '1.0.0', file: join(plugin?.directory ?? '', 'dist/headwater.json') };
    expect(plugin?.revisions).toEqual(
      fromSources.map((revision) => ({
        ...revision,
        ...known,
        dependsOnSince: { [revision.dependsOn[0] ?? '']: '1.0.0' },
      })),
    );
  });

  it('keeps the version that first published a revision', async () => {
    const project = makeProject();
    const folder = project.link({ ...likes, revisions: revisions.slice(0, 1) });
    await buildPlugin(folder);
    project.write({
      'packages/likes/package.json': read(folder, 'package.json').replace('"version":"1.0.0"', '"version":"1.1.0"'),
      'packages/likes/src/migrations/0002_b.ts': revisionText(
        { id: 'likes@0002_b', revises: 'likes@0001_a' },
        'select 1',
      ),
    });
    const { lock, added } = await buildPlugin(folder);
    expect(added).toEqual(['likes@0002_b']);
    expect(Object.values(lock.revisions).map(({ since }) => since)).toEqual(['1.0.0', '1.1.0']);
  });

  it('reads the version that published a dependency from its lock if the dependency is in the workspace', async () => {
    const project = makeProject();
    await buildPlugin(project.link({ name: 'mail', version: '3.1.0', revisions: [{ slug: '0001_a' }] }));
    const peers = { '@headwater/plugin-mail': '*' };
    const folder = project.link({ name: 'likes', peers, revisions: [{ slug: '0001_a', dependsOn: ['mail@0001_a'] }] });
    const { manifest } = await buildPlugin(folder);
    expect(manifest.revisions[0]?.dependsOnSince).toEqual({ 'mail@0001_a': '3.1.0' });
  });

  it('produces the same bytes again, and does not touch a file that is up to date', async () => {
    const folder = makeProject().link(likes);
    await buildPlugin(folder);
    const files = ['dist/headwater.json', 'revisions.lock.json'].map((path) => join(folder, path));
    for (const file of files) utimesSync(file, 1, 1);
    const before = files.map((file) => readFileSync(file, 'utf8'));
    expect(await buildPlugin(folder)).toMatchObject({ added: [], changed: [] });
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual([1000, 1000]);
  });

  it('writes nothing with check', async () => {
    const folder = makeProject().link(likes);
    const { added, changed } = await buildPlugin(folder, { check: true });
    expect(added).toHaveLength(2);
    expect(changed).toEqual([join(folder, 'revisions.lock.json'), join(folder, 'dist/headwater.json')]);
    expect(existsSync(join(folder, 'revisions.lock.json'))).toBe(false);
    expect(existsSync(join(folder, 'dist/headwater.json'))).toBe(false);
  });

  it('allows a published revision to change its formatting, its `down` and its `breaking`', async () => {
    const folder = makeProject().link(likes);
    const { lock } = await buildPlugin(folder);
    const text = `// Copyright\r\n${head}export default defineRevision({
      id: 'likes@0001_a', revises: null, dependsOn: ['core@0001_base'], breaking: true,
      up: sql\`-- the likes
        CREATE TABLE likes_a (id int);\`,
      down: sql\`drop table likes_a\`,
    });`;
    writeFiles(folder, { 'src/migrations/0001_a.ts': text });
    expect((await buildCopy(folder)).lock).toEqual(lock);
  });

  it.each<[name: string, text: string | null]>([
    [
      'different SQL',
      revisionText(
        { id: 'likes@0001_a', revises: null, dependsOn: ['core@0001_base'] },
        'create table likes_a (id bigint)',
      ),
    ],
    ['different edges', revisionText({ id: 'likes@0001_a', revises: null }, 'create table likes_a (id int)')],
    ['its file deleted', null],
  ])('refuses a published revision with %s', async (_name, text) => {
    const folder = makeProject().link({ ...likes, revisions: revisions.slice(0, 1) });
    await buildPlugin(folder);
    if (text === null) rmSync(join(folder, 'src/migrations/0001_a.ts'));
    else writeFiles(folder, { 'src/migrations/0001_a.ts': text });
    const { code, exit, text: refusal } = await refusalIn(() => buildCopy(folder));
    expect([code, exit]).toEqual(['PLUGIN_BUILD_CHANGED', 15]);
    for (const part of ['"likes@0001_a"', 'published since 1.0.0', 'likes-again/revisions.lock.json'])
      expect(refusal).toContain(part);
    expect(refusal).toContain(text === null ? 'was removed' : 'was changed');
    // Nothing was written, so the manifest is still the copied one.
    expect(read(`${folder}-again`, 'dist/headwater.json')).toBe(read(folder, 'dist/headwater.json'));
  });

  it('moves the recorded revisions of a renamed plugin to its new name, if nothing else has changed', async () => {
    const project = makeProject();
    const code = (name: string, version: number): string =>
      `${head}export default defineRevision({ id: '${name}@0003_c', revises: '${name}@0002_b', version: ${version}, up: () => {} });`;
    const built = (name: string, version: number): Readonly<Record<string, string>> => ({
      'src/migrations/0003_c.ts': code(name, version),
      'dist/migrations/0003_c.js': '',
    });
    const before = await buildPlugin(project.link({ ...likes, files: built('likes', 1) }));
    const lock = JSON.stringify(before.lock.revisions);
    const renamed = {
      ...likes,
      name: 'reactions',
      version: '2.0.0',
      revisions: [
        { ...revisions[0], slug: '0001_a' },
        { ...revisions[1], slug: '0002_b', up: 'create table "likes_0002_b" (id int)' },
      ],
      fields: { headwater: { plugin: 'reactions', formerly: ['likes'] } },
    };
    const files = { ...built('reactions', 1), 'revisions.lock.json': lock };
    const folder = project.link({ ...renamed, files });
    const { lock: now, added } = await buildPlugin(folder);
    expect(added).toEqual([]);
    expect(Object.entries(now.revisions).map(([id, { since }]) => [id, since])).toEqual([
      ['reactions@0001_a', '1.0.0'],
      ['reactions@0002_b', '1.0.0'],
      ['reactions@0003_c', '1.0.0'],
    ]);
    expect(await buildPlugin(folder)).toMatchObject({ added: [], changed: [] });
    writeFiles(folder, { ...built('reactions', 2), 'revisions.lock.json': lock });
    expect(await refusalIn(() => buildCopy(folder))).toMatchObject({ code: 'PLUGIN_BUILD_CHANGED' });
    // Another plugin has the old name in its text, which is published.
    const peers = { '@headwater/plugin-reactions': '*' };
    const other = { name: 'stats', peers, revisions: [{ slug: '0001_a', dependsOn: ['likes@0001_a'] }] };
    const { manifest } = await buildPlugin(project.link(other));
    expect(manifest.revisions[0]).toMatchObject({
      dependsOn: ['likes@0001_a'],
      dependsOnSince: { 'likes@0001_a': '1.0.0' },
    });
  });

  it('names the module of a code revision, which must be compiled', async () => {
    const folder = makeProject().link({ name: 'likes' });
    const code = `${head}export default defineRevision({ id: 'likes@0001_a', revises: null, version: 4, up: () => {}, down: sql\`x\` });`;
    writeFiles(folder, { 'src/migrations/0001_a.ts': code });
    const { code: error, exit, text } = await refusalIn(() => buildPlugin(folder));
    expect([error, exit]).toEqual(['PLUGIN_BUILD_INCOMPLETE', 13]);
    expect(text).toContain(join(folder, 'dist/migrations/0001_a.js'));
    expect(text).toContain('npm run build');
    writeFiles(folder, { 'dist/migrations/0001_a.js': '' });
    const { manifest, lock } = await buildPlugin(folder);
    expect(manifest.revisions[0]).toMatchObject({ up: { version: 4, module: './migrations/0001_a.js' }, down: 'x' });
    expect(lock.revisions['likes@0001_a']?.normal).toBe(manifest.revisions[0]?.raw);
  });

  it('keeps the fields of a revision outside a transaction', async () => {
    const folder = makeProject().link({ name: 'likes' });
    const body =
      "id: 'likes@0001_a', revises: null, transaction: false, up: sql`x`, check: sql`y`, breaking: true, replaces: ['likes@0000_z']";
    writeFiles(folder, { 'src/migrations/0001_a.ts': `${head}export default defineRevision({ ${body} });` });
    const { manifest } = await buildPlugin(folder);
    expect(manifest.revisions[0]).toMatchObject({
      transaction: false,
      check: 'y',
      breaking: true,
      replaces: ['likes@0000_z'],
    });
  });

  it('lets what a squash replaces be deleted, but not before both were built', async () => {
    const folder = makeProject().link({ name: 'likes' });
    const squash = `${head}export default defineRevision({ id: 'likes@0001_all', revises: null, replaces: ['likes@0001_a', 'likes@0002_b'], up: sql\`select 1;\nselect 2\` });`;
    writeFiles(folder, {
      'src/migrations/0001_a.ts': revisionText({ id: 'likes@0001_a', revises: null }, 'select 1'),
      'src/migrations/0002_b.ts': revisionText({ id: 'likes@0002_b', revises: 'likes@0001_a' }, 'select 2'),
    });
    await buildPlugin(folder);
    const remove = (): void => {
      for (const slug of ['0001_a', '0002_b']) rmSync(join(folder, `src/migrations/${slug}.ts`));
    };
    const texts = ['0001_a', '0002_b'].map((slug) => readFileSync(join(folder, `src/migrations/${slug}.ts`), 'utf8'));
    remove();
    writeFiles(folder, { 'src/migrations/0001_all.ts': squash });
    expect((await refusalIn(() => buildPlugin(folder))).code).toBe('PLUGIN_BUILD_CHANGED');
    writeFiles(folder, { 'src/migrations/0001_a.ts': texts[0] ?? '', 'src/migrations/0002_b.ts': texts[1] ?? '' });
    expect((await buildPlugin(folder)).added).toEqual(['likes@0001_all']);
    remove();
    const { manifest, lock } = await buildPlugin(folder);
    expect(manifest.revisions.map(({ id }) => id)).toEqual(['likes@0001_all']);
    expect(lock.revisions['likes@0001_all']?.since).toBe('1.0.0');
  });

  it('needs one base and one head', async () => {
    const folder = makeProject().link(likes);
    writeFiles(folder, {
      'src/migrations/0002_c.ts': revisionText({ id: 'likes@0002_c', revises: 'likes@0001_a' }, 'select 1'),
    });
    const { code, exit, text } = await refusalIn(() => buildPlugin(folder));
    expect([code, exit]).toEqual(['SEVERAL_HEADS', 34]);
    for (const part of ['likes@0002_b', 'likes@0002_c']) expect(text).toContain(part);
  });

  it('needs a peer dependency for every plugin that a revision depends on', async () => {
    const folder = makeProject().link({ name: 'likes', revisions: [{ slug: '0001_a', dependsOn: ['mail@0001_a'] }] });
    const { code, text } = await refusalIn(() => buildPlugin(folder));
    expect(code).toBe('REVISION_DEPENDENCY_NOT_REQUIRED');
    expect(text).toContain('Add the package of the plugin "mail" to "peerDependencies" in its package.json.');
  });

  it.each<[name: string, text: string, part: string]>([
    ['not JSON', '{', 'not JSON'],
    ['not an object', '[]', 'not an object'],
    ['an entry without hashes', '{"likes@0001_a": {"since": 1}}', '"likes@0001_a"'],
    ['a record that is not a list', '{"declared": "table x"}', '"declared" is not a list'],
    ['both sides of a merge', '{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}', 'npx kernel migrate:merge'],
    ['an entry that is not a revision', '{"x": {"since": "1.0.0", "normal": "n1:"}}', '"x"'],
  ])('refuses a lock that is invalid: %s', async (_name, text, part) => {
    const folder = makeProject().link(likes);
    writeFiles(folder, { 'revisions.lock.json': text });
    const { code, exit, text: refusal } = await refusalIn(() => buildPlugin(folder));
    expect([code, exit]).toEqual(['REVISIONS_LOCK_INVALID', 13]);
    expect(refusal).toContain(join(folder, 'revisions.lock.json'));
    expect(refusal).toContain(part);
  });

  it('keeps the record of declared objects, and writes its lines sorted and once', async () => {
    const folder = makeProject().link(likes);
    writeFiles(folder, { 'revisions.lock.json': '{"declared": ["table b", "column a.id", "table b"]}' });
    const { lock } = await buildPlugin(folder);
    expect(readLock(folder)).toEqual({ ...lock, declared: ['column a.id', 'table b'] });
    expect(read(folder, 'revisions.lock.json')).toContain('  "declared": [\n    "column a.id",\n    "table b"\n  ],\n');
  });

  it('names the file that it cannot write', async () => {
    const folder = makeProject().link(likes);
    rmSync(join(folder, 'dist'), { recursive: true });
    writeFiles(folder, { dist: 'a file' });
    const { code, exit, text } = await refusalIn(() => buildPlugin(folder));
    expect([code, exit]).toEqual(['PLUGIN_BUILD_UNWRITABLE', 13]);
    expect(text).toContain('dist/headwater.json');
  });
});

/** Builds a copy, since Node imports a module only once from the same path. */
function buildCopy(folder: string): ReturnType<typeof buildPlugin> {
  const copy = `${folder}-again`;
  cpSync(folder, copy, { recursive: true });
  return buildPlugin(copy);
}
