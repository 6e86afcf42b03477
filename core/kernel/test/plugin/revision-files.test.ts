import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PluginSet } from '../../src/plugin/plugin-set.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { refusalIn, type Refusal } from '../config/refusal.ts';
import { makeProject, revisionText } from './project.ts';

const good = { id: 'likes@0001_a', revises: null };
const head = "import { defineRevision, definePlugin, sql } from '@headwater/kernel/plugin';\n";

function load(files: Readonly<Record<string, string | Buffer>>): Promise<PluginSet> {
  const project = makeProject();
  const paths = Object.entries(files).map(([name, text]) => [`src/migrations/${name}`, text]);
  project.link({
    name: 'likes',
    peers: { '@acme/core': '*' },
    files: Object.fromEntries(paths) as Record<string, string | Buffer>,
  });
  return project.load({ likes: {} });
}

const refuse = (files: Readonly<Record<string, string | Buffer>>): Promise<Refusal> => refusalIn(() => load(files));

/** Loads the revision that a body of `defineRevision({…})` defines. */
async function revision(body: string): Promise<Revision | undefined> {
  const set = await load({ '0001_a.ts': `${head}export default defineRevision({ id: 'likes@0001_a', ${body} });` });
  return set.byName.get('likes')?.revisions[0];
}

describe('a revision file', () => {
  it('becomes a complete, frozen revision', async () => {
    const found = await revision(
      "revises: null, dependsOn: ['core@0002_more', 'core@0001_base'], up: sql`select 1`, breaking: true",
    );
    expect(found).toEqual({
      id: 'likes@0001_a',
      plugin: 'likes',
      slug: '0001_a',
      revises: [],
      dependsOn: ['core@0001_base', 'core@0002_more'],
      up: { kind: 'sql', text: 'select 1' },
      down: null,
      transaction: true,
      check: null,
      breaking: true,
      replaces: [],
      raw: expect.stringMatching(/^r1:[0-9a-f]{32}$/) as unknown,
      since: null,
      dependsOnSince: {},
      file: expect.stringMatching(/\/packages\/likes\/src\/migrations\/0001_a\.ts$/) as unknown,
    });
    expect(Object.isFrozen(found)).toBe(true);
  });

  it('may contain code, with a version', async () => {
    const found = await revision(
      'revises: null, version: 3, up: async ({ query }) => { await query(sql`select 1`); }, down: () => {}',
    );
    expect(found?.up).toMatchObject({ kind: 'code', version: 3 });
    expect(found?.down).toMatchObject({ kind: 'code', version: 3 });
  });

  it('may run outside a transaction, with one statement and a check', async () => {
    const found = await revision(
      'revises: null, transaction: false, up: sql`create index concurrently i on t (a); -- one`, down: sql`drop index concurrently i`, check: sql`select true`',
    );
    expect(found).toMatchObject({ transaction: false, check: 'select true' });
  });

  it('may consist of comments only', async () => {
    const found = await revision(
      'revises: null, up: sql` -- nothing\n /* at all */ ; `, down: sql`-- nothing to undo`',
    );
    expect(found).toMatchObject({ down: { kind: 'sql', text: '-- nothing to undo' } });
  });

  it('may be any module that Node can import; adjacent tests and declaration files are ignored', async () => {
    const next = (slug: string, before: string) =>
      revisionText({ id: `likes@${slug}`, revises: `likes@${before}` }, 'select 1');
    const { byName } = await load({
      '0001_a.ts': revisionText(good, 'select 1'),
      '0002_b.mts': next('0002_b', '0001_a'),
      '0003_c.js': next('0003_c', '0002_b'),
      '0004_d.mjs': next('0004_d', '0003_c'),
      '0001_a.test.ts': 'throw new Error("a test")',
      '0001_a.d.ts': 'throw new Error("a declaration")',
      '0002_b.d.mts': 'throw new Error("a declaration")',
      'README.md': 'text',
      'helper.json': '{}',
    });
    expect(byName.get('likes')?.revisions.map(({ slug }) => slug)).toEqual(['0001_a', '0002_b', '0003_c', '0004_d']);
  });

  it.each<[name: string, text: string, ...parts: string[]]>([
    ['is exported by name', `${head}export const revision = defineRevision({});`, 'exports "revision" by name'],
    ['is a plain object', 'export default { id: "likes@0001_a", up: 1 };', 'plain object', 'defineRevision'],
    ['is a class', 'export default class Migration {};', 'exports a class'],
    ['is a function', 'export default () => {};', 'exports a function', '`up`'],
    [
      'is functions by name',
      'export const up = () => {}; export const down = up;',
      '`up` by name, as migrations of other tools',
    ],
    ['is a plugin', `${head}export default definePlugin({ name: 'likes' });`, 'exports a plugin'],
    ['is something else', 'export default 5;', 'not created by defineRevision'],
    ['is nothing', '// nothing', 'exports nothing'],
    ['is not exported', `${head}export const x = 1; defineRevision({});`, 'no default export'],
  ])('is rejected with the author’s likely mistake: it %s', async (_name, text, ...parts) => {
    const { code, exit, text: told } = await refuse({ '0001_a.ts': text });
    expect([code, exit]).toEqual(['REVISION_EXPORT_INVALID', 13]);
    for (const part of ['/migrations/0001_a.ts', '"likes"', 'export default defineRevision', ...parts])
      expect(told).toContain(part);
  });

  it.each<[name: string, text: string, part: string]>([
    ['throws', 'throw new Error("out of cheese\\nsecond line");', 'out of cheese'],
    ['throws something else', 'throw 5;', '5'],
    ['imports a missing package', "import 'no-such-package';", 'no-such-package'],
    ['does not parse', 'export default {', ''],
  ])('is rejected with the first line of the cause if it %s', async (_name, text, part) => {
    const { code, exit, text: told } = await refuse({ '0001_a.ts': text });
    expect([code, exit]).toEqual(['REVISION_FILE_UNLOADABLE', 13]);
    expect(told).toContain('/migrations/0001_a.ts');
    expect(told).toContain(part);
    expect(told).not.toContain('second line');
  });

  it('is rejected if it is not UTF-8, which would lose characters of its SQL', async () => {
    const text =
      "import { defineRevision, sql } from '@headwater/kernel/plugin';\nexport default defineRevision({ id: 'likes@0001_a', revises: null, up: sql`select '\u00e9'` });";
    const { code, text: told } = await refuse({ '0001_a.ts': Buffer.from(text, 'latin1') });
    expect(code).toBe('REVISION_FILE_UNLOADABLE');
    expect(told).toContain('it is not UTF-8');
  });

  it('is reported by the first file name if several are broken', async () => {
    const slow = 'await new Promise((resolve) => setTimeout(resolve, 20)); throw new Error("slow");';
    expect((await refuse({ '0001_a.ts': slow, '0002_b.ts': 'throw new Error("fast")' })).text).toContain('slow');
  });

  it.each<[file: string, id: unknown, code: string, ...parts: string[]]>([
    ['0001_a.ts', 'likes@0001_b', 'REVISION_NAME_DIFFERS', '"likes@0001_b"', '"likes@0001_a"', '0001_a.ts'],
    ['0001_a.ts', 'comments@0001_a', 'REVISION_NAME_DIFFERS', '"likes@0001_a"'],
    ['0001_a.ts', '0001_a', 'REVISION_ID_INVALID', '"0001_a"', 'plugin@slug'],
    ['0001_a.ts', 'likes@head', 'REVISION_ID_INVALID', '"likes@head"'],
    ['0001_a.ts', undefined, 'REVISION_ID_INVALID', 'undefined'],
    ['0001-a.ts', 'likes@0001_a', 'REVISION_ID_INVALID', '"likes@0001-a"'],
    ['0001_A.ts', 'likes@0001_a', 'REVISION_ID_INVALID', '"likes@0001_A"'],
  ])('is rejected if its file name and id disagree: %s, %s', async (file, id, code, ...parts) => {
    const refusal = await refuse({ [file]: revisionText({ ...good, id }, 'select 1') });
    expect([refusal.code, refusal.exit]).toEqual([code, 13]);
    for (const part of parts) expect(refusal.text).toContain(part);
  });

  it('is rejected if another file has the same id, naming both', async () => {
    const text = revisionText(good, 'select 1');
    const { code, exit, text: told } = await refuse({ '0001_a.ts': text, '0001_a.mts': text });
    expect([code, exit]).toEqual(['REVISION_DUPLICATE', 13]);
    for (const part of ['likes@0001_a', '0001_a.ts', '0001_a.mts']) expect(told).toContain(part);
  });

  it.each<[body: string, field: string, ...parts: string[]]>([
    ['revises: null', 'up', 'is missing'],
    ['revises: null, up: sql``', 'up', 'is empty'],
    ['revises: null, up: sql` \n `', 'up', 'is empty'],
    ['revises: null, up: "select 1"', 'up', 'is a string; put `sql` before'],
    ['revises: null, up: {}', 'up', 'neither sql`…` nor a function'],
    ['revises: null, up: sql`select ${5}`', 'up', 'a bound value in ${…}'],
    ['revises: null, up: sql`select 1 ${sql`, ${5}`}`', 'up', 'a bound value'],
    ['revises: null, up: { kind: "sql", text: "a\\0b", values: [] }', 'up', 'zero byte'],
    ['revises: null, up: sql`select 1`, down: sql``', 'down', 'is empty; leave it out'],
    ['revises: null, up: sql`select 1`, down: null', 'down', 'neither'],
    ['revises: null, up: () => {}', 'version', 'is missing', 'version: 1'],
    ['revises: null, up: sql`select 1`, down: () => {}', 'version', 'is missing'],
    ['revises: null, up: () => {}, version: 0', 'version', 'not a positive integer'],
    ['revises: null, up: () => {}, version: 1.5', 'version', 'not a positive integer'],
    ['revises: null, up: () => {}, version: "1"', 'version', 'not a positive integer'],
    ['revises: null, up: sql`select 1`, version: 1', 'version', 'has none'],
    ['revises: null, up: sql`select 1`, breaking: "yes"', 'breaking', 'neither true nor false'],
    ['revises: null, up: sql`select 1`, transaction: 0', 'transaction', 'neither true nor false'],
    ['revises: null, up: sql`select 1`, transaction: false', 'check', 'is missing'],
    [
      'revises: null, up: sql`select 1; select 2`, transaction: false, check: sql`select true`',
      'up',
      'has 2 statements',
    ],
    ['revises: null, up: () => {}, version: 1, transaction: false, check: sql`select true`', 'up', 'is code'],
    [
      'revises: null, up: sql`select 1`, down: sql`a; b`, transaction: false, check: sql`select true`',
      'down',
      'has 2 statements',
    ],
    [
      'revises: null, up: sql`select 1`, transaction: false, check: sql`select 1; select 2`',
      'check',
      'not a single query',
    ],
    ['revises: null, up: sql`select 1`, check: sql`select true`', 'check', 'transaction: false'],
    ['up: sql`select 1`', 'revises', 'is missing', 'revises: null'],
    ['revises: [], up: sql`select 1`', 'revises', 'empty list'],
    ['revises: 5, up: sql`select 1`', 'revises', 'not a list'],
    ['revises: "core@0001_base", up: sql`select 1`', 'revises', 'not on the branch "likes"', 'dependsOn'],
    ['revises: "likes@0001_a", up: sql`select 1`', 'revises', 'the revision itself'],
    ['revises: "likes@head", up: sql`select 1`', 'revises', '"likes@head", which moves'],
    ['revises: null, dependsOn: "core@0001_base", up: sql`select 1`', 'dependsOn', 'not a list'],
    ['revises: null, dependsOn: ["core@head"], up: sql`select 1`', 'dependsOn', '"core@head", which moves'],
    ['revises: null, dependsOn: ["core@+1"], up: sql`select 1`', 'dependsOn', 'which moves'],
    ['revises: null, dependsOn: ["core"], up: sql`select 1`', 'dependsOn', 'not a revision id'],
    ['revises: null, dependsOn: [5], up: sql`select 1`', 'dependsOn', 'not a revision id'],
    ['revises: null, dependsOn: ["core@a", "core@b", "core@a"], up: sql`select 1`', 'dependsOn', '"core@a" twice'],
    ['revises: null, dependsOn: ["likes@0000_z"], up: sql`select 1`', 'dependsOn', 'own branch', 'revises'],
    ['revises: null, replaces: ["core@0001_base"], up: sql`select 1`', 'replaces', 'not on the branch'],
  ])('is rejected, naming the field: %s', async (body, field, ...parts) => {
    const { code, exit, text } = await refusalIn(() => revision(body));
    expect([code, exit]).toEqual(['REVISION_FIELD_INVALID', 13]);
    for (const part of ['"likes@0001_a"', '0001_a.ts', `\`${field}\``, ...parts]) expect(text).toContain(part);
  });

  it('is read from the folder that headwater.migrations names', async () => {
    const project = makeProject();
    const fields = { headwater: { plugin: 'likes', migrations: './src/db/revisions' } };
    const folder = project.link({
      name: 'likes',
      fields,
      files: { 'src/db/revisions/0001_a.ts': revisionText(good, 'select 1') },
    });
    const { byName } = await project.load({ likes: {} });
    expect(byName.get('likes')?.revisions[0]?.file).toBe(join(folder, 'src/db/revisions/0001_a.ts'));
  });
});
