import { symlinkSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planAdoption, type Adoption, type AdoptionWork } from '../../src/adoption/adoption.ts';
import { recordedRevisions } from '../../src/adoption/adoption-history.ts';
import { writeRevisionFiles } from '../../src/authoring/revision-file.ts';
import { makeFolder, writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalIn, refusalOf, type Refusal } from '../../../kernel/test/config/refusal.ts';
import { methods, migrationText } from '../commands/adopt-support.ts';
import { kernelFolder, makeProject, type FixturePlugin, type Project } from '../../../kernel/test/plugin/project.ts';

type Files = Readonly<Record<string, string>>;

/** A project with migrations in `old`, and what they need in `node_modules`. */
function projectWith(files: Files, shop: Partial<FixturePlugin> = {}): Project {
  const project = makeProject();
  for (const name of ['@mikro-orm/migrations', '@mikro-orm/core']) {
    const place = join(project.root, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(kernelFolder, '../node_modules', name), place, 'junction');
  }
  project.link({ name: 'shop', ...shop });
  project.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`old/${name}`, text])));
  return project;
}

async function plan(project: Project, work: Partial<AdoptionWork> = {}): Promise<Adoption> {
  const plugin = (await project.load({ shop: {} })).byName.get('shop');
  if (plugin === undefined) throw new Error('there is no shop');
  return planAdoption({ plugin, from: join(project.root, 'old'), ...work });
}

const adopt = (files: Files, work?: Partial<AdoptionWork>): Promise<Adoption> => plan(projectWith(files), work);

const refused = (files: Files, work?: Partial<AdoptionWork>): Promise<Refusal> => refusalIn(() => adopt(files, work));

/** A file with one class of that body. */
const oneOf = (body: string, name = 'M1'): Files => ({ [`${name}.ts`]: migrationText(name, body) });

/** What needs no compiler. */
const plain = (name: string, n: number): string => migrationText(name, `  up() { this.addSql('select ${n}'); }`);

const untransacted = '  override isTransactional() { return false; }\n';

describe('adopting migrations', () => {
  it('takes files by name, each once, in whatever way Node can import them', async () => {
    const common = "const { Migration } = require('@mikro-orm/migrations');\n";
    const { migrations, revisions } = await adopt({
      '20240102-create-users.js': plain('First', 1),
      '20240103_b.cjs': `${common}exports.Named = class Named extends Migration { up() { this.addSql('select 2'); } };`,
      '20240104_c.cjs': `${common}module.exports = class extends Migration { async up() { this.addSql('select 3'); } };`,
      '20240105_d.mjs': `${plain('D', 4)}export default D;\nexport const other = 1;`,
      '20240106_e.ts': migrationText('E', methods(['select 5'])),
      '20240106_e.js': 'throw new Error("built of the one beside it")',
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

  it('goes on after the head of the branch', async () => {
    const project = projectWith(oneOf(methods(['select 1'])), { revisions: [{ slug: '0001_a' }, { slug: '0007_b' }] });
    const { revisions } = await plan(project);
    expect(revisions[0]?.draft).toMatchObject({ id: 'shop@0008_m1', revises: 'shop@0007_b', dependsOn: [] });
  });

  it('asks for the revisions that the SQL depends on', async () => {
    const asked: string[] = [];
    const { revisions } = await adopt(oneOf(methods(['select 1', 'select 2'])), {
      inferDependencies: async (sql) => {
        asked.push(sql);
        return [{ revision: 'core@0001_base', why: 'users' }];
      },
    });
    expect(asked).toEqual(['select 1;\nselect 2;']);
    expect(revisions[0]?.text).toContain("dependsOn: ['core@0001_base'], // users");
  });

  it('joins statements as they were meant', async () => {
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

  it('writes values into the text, as MikroORM would send them', async () => {
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

  it('marks what older code cannot live with', async () => {
    const { revisions } = await adopt({
      ...oneOf(methods(['create table a ()']), 'M1'),
      ...oneOf(methods(['drop table a']), 'M2'),
    });
    expect(revisions.map(({ draft }) => draft.breaking)).toEqual([false, true]);
  });

  it('has no down where there is none, and says so where it failed', async () => {
    const [none, empty, failing] = await Promise.all([
      adopt(oneOf(methods(['select 1']))),
      adopt(oneOf(methods(['select 1'], []))),
      adopt(oneOf(`${methods(['select 1'])}  override down() { throw new Error('never go back'); }`)),
    ]);
    expect(none.revisions[0]?.draft).toMatchObject({ down: null, notes: [] });
    expect(empty.revisions[0]?.draft).toMatchObject({ down: null, notes: [] });
    expect(failing.revisions[0]?.text).toContain('  // It had a down() that threw: never go back.\n  up: sql');
  });

  it('knows by its comment, or by its SQL, what was adopted before', async () => {
    const files = {
      ...oneOf('  up() { throw new Error("it is never asked again"); }', 'M1'),
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
    expect(migrations.map(({ state, id }) => `${state} ${id}`)).toEqual([
      'there shop@0001_by_hand',
      'there shop@0002_b',
      'new shop@0003_m3',
    ]);
    expect(revisions[0]?.draft.revises).toBe('shop@0002_b');
  });

  it('is refused where something new would come before what was adopted', async () => {
    const project = projectWith(
      { ...oneOf(methods(['select 1']), 'M1'), ...oneOf(methods(['select 2']), 'M2') },
      {
        revisions: [{ slug: '0001_b', up: 'select 2' }],
      },
    );
    const { code, exit, text } = await refusalIn(() => plan(project));
    expect({ code, exit }).toEqual({ code: 'ADOPTION_HISTORY_DIFFERS', exit: 15 });
    expect(text).toMatch(/^"M2" was adopted already, and what comes before it was not: M1\./);
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

  it('goes into one where PostgreSQL does not mind any more', async () => {
    const { revisions } = await adopt(oneOf(untransacted + methods([`alter type "s" add value 'x';`])));
    expect(revisions[0]?.draft).not.toHaveProperty('transaction');
    expect(revisions[0]?.text).toContain('// It ran outside a transaction, which PostgreSQL needs no more for this.');
  });

  it.each([
    ['several statements', methods(['vacuum a', 'vacuum b']), /its up has 2 statements/],
    ['several back', methods(['vacuum a'], ['vacuum a', 'vacuum b']), /its down has 2 statements/],
    ['one that nothing can tell of', methods(['vacuum a']), /no query is known/],
  ])('is refused with %s', async (_, body, problem) => {
    const { code, exit, text } = await refused(oneOf(untransacted + body));
    expect({ code, exit }).toEqual({ code: 'MIGRATION_NOT_ADOPTABLE', exit: 13 });
    expect(text).toMatch(problem);
    expect(text).toContain('Write this one by hand');
  });
});

describe('a migration that needs its database', () => {
  it.each([
    ['a query', '  async up() { await this.execute("select 1"); this.addSql("select 2"); }'],
    [
      'a query that is caught',
      '  async up() { await this.execute("select 1").catch(() => {}); this.addSql("select 2"); }',
    ],
    ['a query of its entity manager', '  async up() { await this.getEntityManager().execute("select 1"); }'],
    ['a query of its driver', '  async up() { await this.driver.getConnection().execute("select 1"); }'],
    [
      'a query on its way down',
      '  up() { this.addSql("select 1"); }\n  async down() { await this.execute("select 1"); }',
    ],
  ])('is refused by name, with what to do: %s', async (_, body) => {
    const { code, text } = await refused({ ...oneOf(methods(['select 1']), 'M0'), ...oneOf(body) });
    expect(code).toBe('MIGRATION_NOT_ADOPTABLE');
    expect(text).toMatch(
      /^The migration M1 \(.*M1\.ts\) cannot be adopted as it is: its (?:up|down) asks the database/,
    );
    expect(text).toContain('--to M0');
    expect(text).toContain('«Was the MikroORM migration "M1".»');
  });

  it.each([
    ['throws', '  up() { throw new Error("no schema"); }', 'its up throws without a database: no schema'],
    ['adds what is no SQL', '  up() { this.addSql({ sql: 1 }); }', 'its up adds something that is not SQL'],
    [
      'cannot be made',
      '  constructor() { super(); throw new Error("not so"); }\n  up() {}',
      'it cannot be made: not so',
    ],
  ])('is refused as well where it %s', async (_, body, problem) => {
    expect((await refused(oneOf(body))).text).toContain(problem);
  });
});

describe('what is no folder of migrations', () => {
  it.each<[string, Files, string]>([
    ['cannot be parsed', { 'M1.ts': 'export class {' }, 'it cannot be imported'],
    ['needs what is not installed', { 'M1.ts': "import 'not-there';" }, 'it cannot be imported'],
    ['exports no migration', { 'M1.ts': 'export class M1 { up() {} }' }, 'no class that extends Migration'],
    [
      'exports several',
      { 'M1.ts': `${migrationText('A', methods([]))}export class B extends A {}` },
      'it exports several: A, B',
    ],
  ])('has a file that %s', async (_, files, problem) => {
    const { code, exit, text } = await refused(files);
    expect({ code, exit }).toEqual({ code: 'MIGRATION_FILE_INVALID', exit: 13 });
    expect(text).toContain(problem);
  });

  it('is not there, or has no files', async () => {
    const nowhere = await refused({}, { from: '/not/there' });
    expect(nowhere).toMatchObject({ code: 'ADOPTION_FOLDER_INVALID', exit: 2 });
    expect(nowhere.text).toContain('/not/there holds no migrations to adopt: no such file or directory');
    expect((await refused({ 'readme.md': '' })).text).toContain('no file in it ends in .ts');
  });

  it('has not the migration that is to be the last', async () => {
    const files = { ...oneOf(methods(['select 1']), 'Migration01'), ...oneOf(methods(['select 2']), 'Migration02') };
    const { code, text } = await refused(files, { to: 'Migration03' });
    expect(code).toBe('ADOPTION_TARGET_UNKNOWN');
    expect(text).toContain('has no migration "Migration03"; did you mean "Migration01"?');
    const { migrations } = await adopt(files, { to: 'Migration01.ts' });
    expect(migrations.map(({ state }) => state)).toEqual(['new', 'later']);
  });
});

describe('what the table of migrations says', () => {
  const three = async (work?: Partial<AdoptionWork>) =>
    (
      await adopt(
        { ...oneOf(methods(['select 1']), 'M1'), ...oneOf(methods([]), 'M2'), ...oneOf(methods(['select 3']), 'M3') },
        work,
      )
    ).migrations;
  const table = (...names: readonly string[]) => ({ table: 'old', database: 'here', names });

  it('is read with and without extensions, in any order', async () => {
    const migrations = await three();
    const ids = ['shop@0001_m1', 'shop@0002_m3'];
    expect(recordedRevisions(migrations, table(), new Set())).toEqual([]);
    expect(recordedRevisions(migrations, table('M1'), new Set())).toEqual(ids.slice(0, 1));
    expect(recordedRevisions(migrations, table('M3', 'M2.js', 'M1.ts'), new Set())).toEqual(ids);
  });

  it('stands for classes too, where they were given without files', async () => {
    const { migrations } = await adopt({ '0001.ts': migrationText('CreateUsers', methods(['select 1'])) });
    expect(recordedRevisions(migrations, table('CreateUsers'), new Set())).toEqual(['shop@0001_create_users']);
  });

  it('is refused where no file stands for a name, or one is missing', async () => {
    const migrations = await three();
    const unknown = refusalOf(() => recordedRevisions(migrations, table('M0', 'M1', 'M9'), new Set()));
    expect(unknown).toMatchObject({ code: 'ADOPTION_HISTORY_DIFFERS', exit: 15 });
    expect(unknown.text).toMatch(/^The table old in here lists what no file stands for: M0, M9\./);
    const gap = refusalOf(() => recordedRevisions(migrations, table('M3', 'M2'), new Set()));
    expect(gap.text).toMatch(/^The table old in here lists "M3", and not what comes before it: M1\./);
    expect(recordedRevisions(migrations, table('M3', 'M2'), new Set(['shop@0001_m1']))).toEqual(['shop@0002_m3']);
  });

  it('may go further than what is adopted', async () => {
    const migrations = await three({ to: 'M1' });
    expect(recordedRevisions(migrations, table('M1', 'M2', 'M3'), new Set())).toEqual(['shop@0001_m1']);
  });
});

describe('several revision files', () => {
  it('are written all or not at all', () => {
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
