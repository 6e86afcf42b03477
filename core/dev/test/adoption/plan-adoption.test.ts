import { symlinkSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mikroOrm } from '../../src/adoption/sources/mikro-orm.ts';
import { planAdoption, type Adoption, type AdoptionOptions } from '../../src/adoption/plan-adoption.ts';
import { recordedRevisions } from '../../src/adoption/recorded-revisions.ts';
import { writeRevisionFiles } from '../../src/authoring/revision-file.ts';
import { makeFolder, writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalIn, refusalOf, type Refusal } from '../../../kernel/test/config/refusal.ts';
import { methods, migrationText } from '../commands/adopt-support.ts';
import { kernelFolder, makeProject, type FixturePlugin, type Project } from '../../../kernel/test/plugin/project.ts';

type Files = Readonly<Record<string, string>>;

/** Makes a project with migrations in `old`, and the packages that they import. */
function projectWith(files: Files, shop: Partial<FixturePlugin> = {}): Project {
  const project = makeProject();
  for (const name of ['@mikro-orm/migrations', '@mikro-orm/core']) {
    const place = join(project.root, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(kernelFolder, '../../node_modules', name), place, 'junction');
  }
  project.link({ name: 'shop', ...shop });
  project.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`old/${name}`, text])));
  return project;
}

async function plan(project: Project, options: Partial<AdoptionOptions> = {}): Promise<Adoption> {
  const plugin = (await project.load({ shop: {} })).byName.get('shop');
  if (plugin === undefined) throw new Error('there is no shop');
  return planAdoption({ plugins: [plugin], source: mikroOrm, from: join(project.root, 'old'), ...options });
}

const adopt = (files: Files, options?: Partial<AdoptionOptions>): Promise<Adoption> =>
  plan(projectWith(files), options);

const refused = (files: Files, options?: Partial<AdoptionOptions>): Promise<Refusal> =>
  refusalIn(() => adopt(files, options));

/** Returns a file with one class that has this body. */
const oneOf = (body: string, name = 'M1'): Files => ({ [`${name}.ts`]: migrationText(name, body) });

/** Returns a migration in plain JavaScript. */
const plain = (name: string, n: number): string => migrationText(name, `  up() { this.addSql('select ${n}'); }`);

const untransacted = '  override isTransactional() { return false; }\n';

describe('adopting migrations', () => {
  it('reads each file once, in order of file name, in every format that Node can import', async () => {
    const common = "const { Migration } = require('@mikro-orm/migrations');\n";
    const { migrations, revisions } = await adopt({
      '20240102-create-users.js': plain('First', 1),
      '20240103_b.cjs': `${common}exports.Named = class Named extends Migration { up() { this.addSql('select 2'); } };`,
      '20240104_c.cjs': `${common}module.exports = class extends Migration { async up() { this.addSql('select 3'); } };`,
      '20240105_d.mjs': `${plain('D', 4)}export default D;\nexport const other = 1;`,
      '20240106_e.ts': migrationText('E', methods(['select 5'])),
      '20240106_e.js': 'throw new Error("built from the file next to it")',
      '20240106_e.d.ts': 'nonsense',
      '20240106_e.test.ts': 'nonsense',
      '.snapshot-shop.json': '{}',
    });
    expect(migrations.map(({ name, state }) => `${name} ${state}`)).toEqual([
      '20240102-create-users new',
      '20240103_b.cjs new',
      '20240104_c.cjs new',
      '20240105_d.mjs new',
      '20240106_e new',
    ]);
    expect(revisions.map(({ draft }) => [draft.id, draft.revises, draft.up])).toEqual([
      ['shop@0001_create_users', null, 'select 1;'],
      ['shop@0002_b', 'shop@0001_create_users', 'select 2;'],
      ['shop@0003_c', 'shop@0002_b', 'select 3;'],
      ['shop@0004_d', 'shop@0003_c', 'select 4;'],
      ['shop@0005_e', 'shop@0004_d', 'select 5;'],
    ]);
    expect(migrations[1]?.rowNames).toEqual([
      '20240103_b',
      '20240103_b.cjs',
      '20240103_b.ts',
      '20240103_b.js',
      'Named',
    ]);
  });

  it('continues after the head of the branch', async () => {
    const project = projectWith(oneOf(methods(['select 1'])), { revisions: [{ slug: '0001_a' }, { slug: '0007_b' }] });
    const { revisions } = await plan(project);
    expect(revisions[0]?.draft).toMatchObject({ id: 'shop@0008_m1', revises: 'shop@0007_b', dependsOn: [] });
  });

  it('fills in the revisions that the SQL depends on', async () => {
    const given: string[] = [];
    const { revisions } = await adopt(oneOf(methods(['select 1', 'select 2'])), {
      findDependencies: async (_, sql) => {
        given.push(sql);
        return [{ revision: 'core@0001_base', why: 'users' }];
      },
    });
    expect(given).toEqual(['select 1;\nselect 2;']);
    expect(revisions[0]?.text).toContain("dependsOn: ['core@0001_base'], // users");
  });

  it('joins statements with semicolons, and removes the indentation of the source', async () => {
    const up = [
      'create table a (\n      id int\n    )',
      'select 1 -- the end',
      "select '\n  x';",
      'do $$\n  begin\n  end\n$$',
    ];
    const { revisions } = await adopt(oneOf(methods(up)));
    expect(revisions[0]?.draft.up).toBe(
      "create table a (\n  id int\n);\nselect 1 -- the end\n;\nselect '\n  x';\ndo $$\n  begin\n  end\n$$;",
    );
  });

  it('writes values into the SQL, as MikroORM sends them', async () => {
    const body = `  up() {
    this.addSql(raw('insert into a values (?, ?, ?)', ["it's", 1, null]));
    const query = this.getEntityManager().getDriver().createQueryBuilder;
    void query;
  }`;
    const { revisions } = await adopt({
      'M1.ts': `import { raw } from '@mikro-orm/core';\n${migrationText('M1', body)}`,
    });
    expect(revisions[0]?.draft.up).toBe("insert into a values ('it''s', 1, null);");
  });

  it('marks breaking changes', async () => {
    const { revisions } = await adopt({
      ...oneOf(methods(['create table a ()']), 'M1'),
      ...oneOf(methods(['drop table a']), 'M2'),
    });
    expect(revisions.map(({ draft }) => draft.breaking)).toEqual([false, true]);
  });

  it('writes no down if the migration has none, with a note if it threw', async () => {
    const [none, empty, failing] = await Promise.all([
      adopt(oneOf(methods(['select 1']))),
      adopt(oneOf(methods(['select 1'], []))),
      adopt(oneOf(`${methods(['select 1'])}  override down() { throw new Error('never go back'); }`)),
    ]);
    expect(none.revisions[0]?.draft).toMatchObject({ down: null, notes: [] });
    expect(empty.revisions[0]?.draft).toMatchObject({ down: null, notes: [] });
    expect(failing.revisions[0]?.text).toContain('  // Its down() threw: never go back.\n  up: sql');
  });

  it('recognizes already adopted revisions by their comment or their SQL', async () => {
    const files = {
      ...oneOf('  up() { throw new Error("it is never run again"); }', 'M1'),
      ...oneOf(methods(['select 2']), 'M2'),
      ...oneOf(methods(['select 3']), 'M3'),
    };
    const project = projectWith(files, {
      revisions: [{ slug: '0001_by_hand' }, { slug: '0002_b', up: 'SELECT 2' }],
    });
    const byHand = join('packages/shop/src/migrations/0001_by_hand.ts');
    project.write({
      [byHand]: `import { defineRevision, sql } from '@headwater/kernel/plugin';
/**
 * Written by hand. Was the MikroORM
 * migration "M1".
 */
export default defineRevision({ id: 'shop@0001_by_hand', revises: null, version: 1, up: async () => {} });`,
    });
    const { migrations, revisions } = await plan(project);
    expect(migrations.map(({ state, ids }) => `${state} ${ids.join(' ')}`)).toEqual([
      'there shop@0001_by_hand',
      'there shop@0002_b',
      'new shop@0003_m3',
    ]);
    expect(revisions[0]?.draft.revises).toBe('shop@0002_b');
  });

  it('is refused if a new migration comes before an adopted one', async () => {
    const project = projectWith(
      { ...oneOf(methods(['select 1']), 'M1'), ...oneOf(methods(['select 2']), 'M2') },
      {
        revisions: [{ slug: '0001_b', up: 'select 2' }],
      },
    );
    const { code, exit, text } = await refusalIn(() => plan(project));
    expect({ code, exit }).toEqual({ code: 'ADOPTION_HISTORY_DIFFERS', exit: 15 });
    expect(text).toMatch(/^"M2" is already adopted, but the migrations before it are not: M1\./);
  });
});

describe('a migration outside a transaction', () => {
  it.each([
    [
      'create index concurrently "A" on s."T" (x)',
      /relname = 'A' and i.indrelid = to_regclass\('"s"."T"'\) and i.indisvalid/,
    ],
    ['drop index concurrently if exists s."A"', /^select to_regclass\('"s"."A"'\) is null;$/],
  ])('gets a check: %s', async (up, check) => {
    const { revisions } = await adopt(oneOf(untransacted + methods([up])));
    expect(revisions[0]?.draft).toMatchObject({ transaction: false, check: expect.stringMatching(check) as unknown });
  });

  it('runs in a transaction if PostgreSQL now allows that', async () => {
    const { revisions } = await adopt(oneOf(untransacted + methods([`alter type "s" add value 'x';`])));
    expect(revisions[0]?.draft).not.toHaveProperty('transaction');
    expect(revisions[0]?.text).toContain(
      '// It ran outside a transaction, which PostgreSQL no longer requires for this.',
    );
  });

  it.each([
    ['several statements', methods(['vacuum a', 'vacuum b']), /its up has 2 statements/],
    ['several statements in its down', methods(['vacuum a'], ['vacuum a', 'vacuum b']), /its down has 2 statements/],
    ['a statement without a known check', methods(['vacuum a']), /no known query tells/],
  ])('is refused with %s', async (_, body, problem) => {
    const { code, exit, text } = await refused(oneOf(untransacted + body));
    expect({ code, exit }).toEqual({ code: 'MIGRATION_NOT_ADOPTABLE', exit: 13 });
    expect(text).toMatch(problem);
    expect(text).toContain('Write this one by hand');
  });
});

describe('a migration that reads', () => {
  it.each([
    ['the answer to a query', '  async up() { const [row] = await this.execute("select 1"); this.addSql(row.sql); }'],
    [
      'an answer, and catches the error',
      '  async up() { const rows = await this.execute("select 1"); try { rows.length; } catch {} this.addSql("select 2"); }',
    ],
    ['an answer of its entity manager', '  async up() { (await this.getEntityManager().execute("select 1")).length; }'],
    ['an answer of its driver', '  async up() { (await this.driver.execute("select 1")).length; }'],
    [
      'an answer in its down',
      '  up() { this.addSql("select 1"); }\n  async down() { (await this.execute("select 1")).length; }',
    ],
  ])('is refused by name, with a fix: %s', async (_, body) => {
    const { code, text } = await refused({ ...oneOf(methods(['select 1']), 'M0'), ...oneOf(body) });
    expect(code).toBe('MIGRATION_NOT_ADOPTABLE');
    expect(text).toMatch(
      /^The migration M1 \(.*M1\.ts\) cannot be adopted as it is: its (?:up|down) reads the answer to a query/,
    );
    expect(text).toContain('--to M0');
    expect(text).toContain('/** Was the MikroORM migration "M1". */');
  });
});

describe('a migration that cannot be collected without a database', () => {
  it.each([
    ['throws', '  up() { throw new Error("no schema"); }', 'its up throws without a database: no schema'],
    ['adds something that is not SQL', '  up() { this.addSql({ sql: 1 }); }', 'its up adds something that is not SQL'],
    [
      'has a constructor that throws',
      '  constructor() { super(); throw new Error("not so"); }\n  up() {}',
      'its constructor throws: not so',
    ],
  ])('is refused if it %s', async (_, body, problem) => {
    expect((await refused(oneOf(body))).text).toContain(problem);
  });
});

describe('an invalid folder of migrations', () => {
  it.each<[string, Files, string]>([
    ['cannot be parsed', { 'M1.ts': 'export class {' }, 'it cannot be imported'],
    ['imports a package that is not installed', { 'M1.ts': "import 'not-there';" }, 'it cannot be imported'],
    ['exports no migration', { 'M1.ts': 'export class M1 { up() {} }' }, 'no class that extends Migration'],
    [
      'exports several',
      { 'M1.ts': `${migrationText('A', methods([]))}export class B extends A {}` },
      'it exports several migration classes: A, B',
    ],
  ])('has a file that %s', async (_, files, problem) => {
    const { code, exit, text } = await refused(files);
    expect({ code, exit }).toEqual({ code: 'MIGRATION_FILE_INVALID', exit: 13 });
    expect(text).toContain(problem);
  });

  it('does not exist, or has no migration files', async () => {
    const nowhere = await refused({}, { from: '/not/there' });
    expect(nowhere).toMatchObject({ code: 'ADOPTION_FOLDER_INVALID', exit: 2 });
    expect(nowhere.text).toContain('/not/there contains no migrations to adopt: no such file or directory');
    expect((await refused({ 'readme.md': '' })).text).toContain('no file in it ends in .ts');
  });

  it('lacks the migration that --to names', async () => {
    const files = { ...oneOf(methods(['select 1']), 'Migration01'), ...oneOf(methods(['select 2']), 'Migration02') };
    const { code, text } = await refused(files, { to: 'Migration03' });
    expect(code).toBe('ADOPTION_TARGET_UNKNOWN');
    expect(text).toContain('has no migration "Migration03"; did you mean "Migration01"?');
    const { migrations } = await adopt(files, { to: 'Migration01.ts' });
    expect(migrations.map(({ state }) => state)).toEqual(['new', 'later']);
  });
});

describe('the table of migrations', () => {
  const three = async (options?: Partial<AdoptionOptions>) =>
    (
      await adopt(
        { ...oneOf(methods(['select 1']), 'M1'), ...oneOf(methods([]), 'M2'), ...oneOf(methods(['select 3']), 'M3') },
        options,
      )
    ).migrations;
  const table = (...names: readonly string[]) => ({ table: 'old', database: 'here', names });

  it('may have names with and without extensions, in any order', async () => {
    const migrations = await three();
    const ids = ['shop@0001_m1', 'shop@0002_m3'];
    expect(recordedRevisions(migrations, table(), new Set())).toEqual([]);
    expect(recordedRevisions(migrations, table('M1'), new Set())).toEqual(ids.slice(0, 1));
    expect(recordedRevisions(migrations, table('M3', 'M2.js', 'M1.ts'), new Set())).toEqual(ids);
  });

  it('may have class names, which MikroORM records for classes without files', async () => {
    const { migrations } = await adopt({ '0001.ts': migrationText('CreateUsers', methods(['select 1'])) });
    expect(recordedRevisions(migrations, table('CreateUsers'), new Set())).toEqual(['shop@0001_create_users']);
  });

  it('is refused if a name has no file, or if a migration is missing', async () => {
    const migrations = await three();
    const unknown = refusalOf(() => recordedRevisions(migrations, table('M0', 'M1', 'M9'), new Set()));
    expect(unknown).toMatchObject({ code: 'ADOPTION_HISTORY_DIFFERS', exit: 15 });
    expect(unknown.text).toMatch(/^The table old in here records migrations without a file: M0, M9\./);
    const gap = refusalOf(() => recordedRevisions(migrations, table('M3', 'M2'), new Set()));
    expect(gap.text).toMatch(/^The table old in here records "M3" but not the migrations before it: M1\./);
    expect(recordedRevisions(migrations, table('M3', 'M2'), new Set(['shop@0001_m1']))).toEqual(['shop@0002_m3']);
  });

  it('may record migrations after the last adopted one', async () => {
    const migrations = await three({ to: 'M1' });
    expect(recordedRevisions(migrations, table('M1', 'M2', 'M3'), new Set())).toEqual(['shop@0001_m1']);
  });
});

describe('several revision files', () => {
  it('are all written, or none', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'm/0002_b.ts': 'before' });
    const revisions = ['0001_a', '0002_b', '0003_c'].map((slug) => ({ slug, text: 'new' }));
    expect(refusalOf(() => writeRevisionFiles(join(folder, 'm'), revisions)).code).toBe('REVISION_FILE_EXISTS');
    expect(readdirSync(join(folder, 'm'))).toEqual(['0002_b.ts']);
    const tooLong = [...revisions, { slug: 'x'.repeat(300), text: '' }];
    expect(refusalOf(() => writeRevisionFiles(join(folder, 'a/b'), tooLong)).code).toBe('REVISION_FILE_UNWRITABLE');
    expect(readdirSync(folder)).toEqual(['m']);
    expect(writeRevisionFiles(join(folder, 'a/b'), revisions)).toHaveLength(3);
  });
});
