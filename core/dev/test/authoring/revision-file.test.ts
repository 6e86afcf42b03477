import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importSpecifierOf, nextSlug, revisionFolder, writeRevisionFile } from '../../src/authoring/revision-file.ts';
import type { Plugin } from '../../../kernel/src/plugin/plugin-set.ts';
import { makeFolder, writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalOf } from '../../../kernel/test/config/refusal.ts';
import { makeProject, type FixturePlugin } from '../../../kernel/test/plugin/project.ts';

async function loaded(plugin: FixturePlugin, from: 'link' | 'install' = 'link'): Promise<Plugin> {
  const project = makeProject();
  project[from](plugin);
  const set = await project.load({ [plugin.name]: {} });
  return set.byName.get(plugin.name) as Plugin;
}

describe('the next slug', () => {
  it.each([
    [[], 'create like', '0001_create_like'],
    [['0001_a', '0007_b', '0003_c'], 'Count on Object!', '0008_count_on_object'],
    [['first', 'second'], 'third', '0001_third'],
    [['9999_a'], 'b', '10000_b'],
    [['20240102030405_a'], 'b', '20240102030406_b'],
    [['0001_a'], '__a--b__', '0002_a_b'],
  ])('after %j, for the words %j, is %j', (existing, words, slug) => {
    expect(nextSlug(existing, words)).toBe(slug);
  });

  it('is refused if it would be too long, with a shorter suggestion', () => {
    const { code, text } = refusalOf(() => nextSlug(['0001_a'], 'word '.repeat(20)));
    expect(code).toBe('REVISION_SLUG_INVALID');
    expect(text).toContain('results in a slug of 104 characters; at most 100');
    expect(text).toMatch(/"0002(?:_word){19}"/);
  });

  it.each(['', '…', 'здравствуй'])('cannot be derived from the words %j', (words) => {
    expect(refusalOf(() => nextSlug([], words))).toMatchObject({ code: 'REVISION_SLUG_INVALID', exit: 2 });
  });
});

describe('the folder of new revisions', () => {
  it('is the one in package.json, by default src/migrations', async () => {
    const usual = await loaded({ name: 'likes' });
    expect(revisionFolder(usual)).toBe(join(usual.directory, 'src/migrations'));
    const fields = { headwater: { plugin: 'likes', migrations: './schema' } };
    const own = await loaded({ name: 'likes', fields, files: { 'schema/.keep': '' } });
    expect(revisionFolder(own)).toBe(join(own.directory, 'schema'));
  });

  it('does not exist in an installed package', async () => {
    const plugin = await loaded({ name: 'likes' }, 'install');
    const { code, text } = refusalOf(() => revisionFolder(plugin));
    expect(code).toBe('PLUGIN_NOT_FROM_SOURCES');
    expect(text).toContain('"headwater-source"');
  });

  it('gets revisions that import from the same module as the latest one', async () => {
    const plugin = await loaded({ name: 'likes', revisions: [{ slug: '0001_a' }, { slug: '0002_b' }] });
    expect(importSpecifierOf(plugin)).toBe('@headwater/kernel/plugin');
    writeFiles(join(plugin.directory, 'src/migrations'), {
      '0002_b.ts': 'import {\n  defineRevision,\n  sql,\n} from "../door.ts";\n',
    });
    expect(importSpecifierOf(plugin)).toBe('../door.ts');
    rmSync(join(plugin.directory, 'src/migrations/0002_b.ts'));
    expect(importSpecifierOf(plugin)).toBe('@headwater/kernel/plugin');
    expect(importSpecifierOf({ ...plugin, revisions: [] })).toBe('@headwater/kernel/plugin');
  });
});

describe('writing a revision file', () => {
  it('creates a missing folder and leaves no other files behind', () => {
    const folder = join(makeFolder(), 'src/migrations');
    expect(writeRevisionFile(folder, '0001_a', 'text')).toBe(join(folder, '0001_a.ts'));
    expect(readdirSync(folder)).toEqual(['0001_a.ts']);
    expect(readFileSync(join(folder, '0001_a.ts'), 'utf8')).toBe('text');
  });

  it('never overwrites an existing file', () => {
    const folder = makeFolder();
    writeFiles(folder, { '0001_a.ts': 'before' });
    const { code, text } = refusalOf(() => writeRevisionFile(folder, '0001_a', 'after'));
    expect(code).toBe('REVISION_FILE_EXISTS');
    expect(text).toContain(join(folder, '0001_a.ts'));
    expect(readdirSync(folder)).toEqual(['0001_a.ts']);
    expect(readFileSync(join(folder, '0001_a.ts'), 'utf8')).toBe('before');
  });

  it('leaves nothing behind if it cannot write', () => {
    const folder = makeFolder();
    writeFiles(folder, { src: 'a file' });
    const inFile = refusalOf(() => writeRevisionFile(join(folder, 'src/migrations'), '0001_a', 'text'));
    expect(inFile.code).toBe('REVISION_FILE_UNWRITABLE');
    expect(inFile.text).toContain('ENOTDIR');
    expect(readdirSync(folder)).toEqual(['src']);

    // The name is too long for any file system; by then the folders have been created.
    const tooLong = refusalOf(() => writeRevisionFile(join(folder, 'a/b'), 'x'.repeat(300), 'text'));
    expect(tooLong.code).toBe('REVISION_FILE_UNWRITABLE');
    expect(readdirSync(folder)).toEqual(['src']);
  });
});
