import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFromOf, nextSlug, revisionFolder, writeRevisionFile } from '../../src/authoring/revision-file.ts';
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
  ])('after %j with the words %j is %j', (existing, words, slug) => {
    expect(nextSlug(existing, words)).toBe(slug);
  });

  it('is refused where it would be too long, with one that is not', () => {
    const { code, text } = refusalOf(() => nextSlug(['0001_a'], 'word '.repeat(20)));
    expect(code).toBe('REVISION_SLUG_INVALID');
    expect(text).toContain('would have 104 characters, and at most 100');
    expect(text).toMatch(/"0002(?:_word){19}"/);
  });

  it.each(['', '…', 'здравствуй'])('is refused where the words %j give none', (words) => {
    expect(refusalOf(() => nextSlug([], words))).toMatchObject({ code: 'REVISION_SLUG_INVALID', exit: 2 });
  });
});

describe('where a new revision goes', () => {
  it('is the folder that package.json names, else the usual one', async () => {
    const usual = await loaded({ name: 'likes' });
    expect(revisionFolder(usual)).toBe(join(usual.directory, 'src/migrations'));
    const fields = { headwater: { plugin: 'likes', migrations: './schema' } };
    const own = await loaded({ name: 'likes', fields, files: { 'schema/.keep': '' } });
    expect(revisionFolder(own)).toBe(join(own.directory, 'schema'));
  });

  it('is nowhere in a package that was installed as it was built', async () => {
    const plugin = await loaded({ name: 'likes' }, 'install');
    const { code, text } = refusalOf(() => revisionFolder(plugin));
    expect(code).toBe('PLUGIN_NOT_FROM_SOURCES');
    expect(text).toContain('"headwater-source"');
  });

  it('imports from where the latest revision does', async () => {
    const plugin = await loaded({ name: 'likes', revisions: [{ slug: '0001_a' }, { slug: '0002_b' }] });
    expect(importFromOf(plugin)).toBe('@headwater/kernel/plugin');
    writeFiles(join(plugin.directory, 'src/migrations'), {
      '0002_b.ts': 'import {\n  defineRevision,\n  sql,\n} from "../door.ts";\n',
    });
    expect(importFromOf(plugin)).toBe('../door.ts');
    rmSync(join(plugin.directory, 'src/migrations/0002_b.ts'));
    expect(importFromOf(plugin)).toBe('@headwater/kernel/plugin');
    expect(importFromOf({ ...plugin, revisions: [] })).toBe('@headwater/kernel/plugin');
  });
});

describe('writing a revision file', () => {
  it('makes the folder that is missing, and leaves nothing beside the file', () => {
    const folder = join(makeFolder(), 'src/migrations');
    expect(writeRevisionFile(folder, '0001_a', 'text')).toBe(join(folder, '0001_a.ts'));
    expect(readdirSync(folder)).toEqual(['0001_a.ts']);
    expect(readFileSync(join(folder, '0001_a.ts'), 'utf8')).toBe('text');
  });

  it('never touches a file that is there', () => {
    const folder = makeFolder();
    writeFiles(folder, { '0001_a.ts': 'before' });
    const { code, text } = refusalOf(() => writeRevisionFile(folder, '0001_a', 'after'));
    expect(code).toBe('REVISION_FILE_EXISTS');
    expect(text).toContain(join(folder, '0001_a.ts'));
    expect(readdirSync(folder)).toEqual(['0001_a.ts']);
    expect(readFileSync(join(folder, '0001_a.ts'), 'utf8')).toBe('before');
  });

  it('leaves nothing behind where it cannot write', () => {
    const folder = makeFolder();
    writeFiles(folder, { src: 'a file' });
    const inFile = refusalOf(() => writeRevisionFile(join(folder, 'src/migrations'), '0001_a', 'text'));
    expect(inFile.code).toBe('REVISION_FILE_UNWRITABLE');
    expect(inFile.text).toContain('ENOTDIR');
    expect(readdirSync(folder)).toEqual(['src']);

    // Longer than any file system has it: the folders were made already.
    const tooLong = refusalOf(() => writeRevisionFile(join(folder, 'a/b'), 'x'.repeat(300), 'text'));
    expect(tooLong.code).toBe('REVISION_FILE_UNWRITABLE');
    expect(readdirSync(folder)).toEqual(['src']);
  });
});
