import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CollectedMigration } from '../../src/adoption/history-source.ts';
import { historySources } from '../../src/adoption/sources.ts';
import { devError } from '../../src/error/dev-codes.ts';
import { journals } from '../../../kernel/src/run/foreign-history.ts';
import { makeFolder, writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalIn, type Refusal } from '../../../kernel/test/config/refusal.ts';

type Files = Readonly<Record<string, string>>;

interface Read extends Pick<CollectedMigration, 'up' | 'down' | 'transactional'> {
  readonly name: string;
  readonly rows: readonly string[];
  readonly words: string;
}

/** Reads a folder with a source, and collects each of its migrations. */
async function read(tool: string, files: Files): Promise<readonly Read[]> {
  const folder = makeFolder();
  writeFiles(folder, files);
  const source = historySources.get(tool);
  if (source === undefined) throw new Error(`there is no source ${tool}`);
  const found: Read[] = [];
  for (const { name, file, rowNames, words, collect } of await source.read(folder)) {
    const { up, down, transactional } = await collect((problem, cause) =>
      devError('MIGRATION_NOT_ADOPTABLE', { file, migration: name, tool, before: null, problem }, { cause }),
    );
    found.push({ name, rows: rowNames, words, up, down, transactional });
  }
  return found;
}

const refused = (tool: string, files: Files): Promise<Refusal> => refusalIn(() => read(tool, files));

const concurrent = 'create index concurrently i on a (x);';

describe('the history of Umzug', () => {
  it('is the SQL files by name, with the files that revert them', async () => {
    const found = await read('umzug', {
      '002_b.up.sql': 'create table b ();',
      '002_b.down.sql': 'drop table b;',
      '001_a.sql': 'begin; create table a (); select 1; commit;',
      'down/001_a.sql': 'drop table a;',
      '003_c.sql': concurrent,
      '004_empty.sql': '-- nothing',
    });
    expect(found).toEqual([
      {
        name: '001_a.sql',
        rows: ['001_a.sql', '001_a', '001_a.js', '001_a.ts'],
        words: '001_a',
        up: ['create table a (); select 1;'],
        down: ['drop table a;'],
        transactional: true,
      },
      {
        name: '002_b.up.sql',
        rows: ['002_b.up.sql', '002_b.up', '002_b', '002_b.sql', '002_b.js', '002_b.ts'],
        words: '002_b',
        up: ['create table b ();'],
        down: ['drop table b;'],
        transactional: true,
      },
      expect.objectContaining({ name: '003_c.sql', up: [concurrent], down: null, transactional: false }),
      expect.objectContaining({ name: '004_empty.sql', up: [] }),
    ]);
  });

  it('names a migration that is code, and one that is not SQL', async () => {
    expect((await refused('umzug', { '1.js': '' })).text).toMatch(/migration 1\.js .* is code whose argument only/);
    const invalid = await refused('umzug', { '1.sql': 'create tabel a ();' });
    expect(invalid).toMatchObject({ code: 'MIGRATION_NOT_ADOPTABLE', exit: 13 });
    expect(invalid.text).toMatch(/PostgreSQL cannot parse its up: /);
    expect(invalid.text).toContain('/** Was the umzug migration "1.sql". */');
  });
});

describe('the history of node-pg-migrate', () => {
  const twoParts = '-- Up Migration\ncreate table a ();\n-- Down Migration\ndrop table a;\n';
  it.each<[string, string, readonly string[], readonly string[] | null]>([
    ['two parts', twoParts, ['create table a ();'], ['drop table a;']],
    [
      'the parts in the other order',
      '--- down migration\ndrop table a;\n--- up migration\ncreate table a ();',
      ['create table a ();'],
      ['drop table a;'],
    ],
    ['no mark', 'create table a ();', ['create table a ();'], null],
    [
      'a mark before its second part only',
      'create table a ();\n-- Down Migration\ndrop table a;',
      ['create table a ();'],
      ['drop table a;'],
    ],
  ])('reads SQL with %s', async (_, text, up, down) => {
    expect(await read('node-pg-migrate', { '1_a.sql': text })).toMatchObject([
      { name: '1_a', rows: ['1_a'], up, down },
    ]);
  });

  it('is in the order of the numbers in front, of which one with 17 digits is a date', async () => {
    const files = { '20240101000000000_c.sql': '', '1700000000000_b.sql': '', '999_a.sql': '' };
    expect((await read('node-pg-migrate', files)).map(({ name }) => name)).toEqual([
      '999_a',
      '1700000000000_b',
      '20240101000000000_c',
    ]);
  });

  it('names a file whose tool is not installed', async () => {
    const missing = await refused('node-pg-migrate', { '1_a.mjs': 'export const up = () => {};' });
    expect(missing).toMatchObject({ code: 'MIGRATION_FILE_INVALID' });
    expect(missing.text).toContain('npm install node-pg-migrate');
  });
});

describe('the history of Flyway', () => {
  it('is in the order of the versions, with the undo migrations', async () => {
    const files = {
      'V10__c.sql': 'select 3;',
      'V2__b.sql': 'select 2;',
      'V1_1__Add_Notes.sql': 'select 1;',
      'U2__b.sql': 'select -2;',
    };
    expect(await read('flyway', files)).toMatchObject([
      { name: 'V1_1__Add_Notes.sql', words: 'Add_Notes', up: ['select 1;'], down: null },
      { name: 'V2__b.sql', rows: ['V2__b.sql'], down: ['select -2;'] },
      { name: 'V10__c.sql' },
    ]);
  });

  it.each([
    ['is repeatable', 'R__views.sql', 'select 1;', /it is repeatable/],
    ['has a placeholder', 'V1__a.sql', 'create table ${prefix}_a ();', /contains the placeholder \$\{prefix\}/],
    ['has another name', 'first.sql', 'select 1;', /its name does not have the form/],
  ])('names a migration that %s', async (_, name, text, problem) => {
    const { code, text: message } = await refused('flyway', { [name]: text });
    expect(code).toBe('MIGRATION_NOT_ADOPTABLE');
    expect(message).toMatch(problem);
    expect(message).toContain(name);
  });
});

describe('the history of Drizzle', () => {
  const journal = (...tags: readonly string[]): string =>
    JSON.stringify({ entries: tags.map((tag, idx) => ({ idx, when: 1700 + idx, tag, breakpoints: true })) });

  it('is in the order of its journal, and recorded by time', async () => {
    const found = await read('drizzle', {
      'meta/_journal.json': journal('0000_b', '0001_a'),
      '0000_b.sql': 'create table a ();\n--> statement-breakpoint\ncreate table b ();',
      '0001_a.sql': 'select 1;',
    });
    expect(found).toMatchObject([
      { name: '0000_b', rows: ['0000_b', '1700'], up: ['create table a ();\n\ncreate table b ();'] },
      { name: '0001_a', rows: ['0001_a', '1701'] },
    ]);
  });

  it('names a file that does not exist, and a journal that cannot be read', async () => {
    const missing = await refused('drizzle', { 'meta/_journal.json': journal('0000_b') });
    expect(missing).toMatchObject({ code: 'MIGRATION_FILE_INVALID' });
    expect(missing.text).toContain(`${join('0000_b.sql')} cannot be used: meta/_journal.json lists it`);
    expect(await refused('drizzle', { 'meta/_journal.json': '{}' })).toMatchObject({ code: 'ADOPTION_FOLDER_INVALID' });
    expect((await refused('drizzle', { 'a.sql': '' })).text).toContain('_journal.json');
  });
});

describe('the history of Prisma', () => {
  it('is a folder for each migration', async () => {
    const files = { '2_b/migration.sql': 'select 2;', '1_a/migration.sql': 'select 1;', 'migration_lock.toml': '' };
    expect(await read('prisma', files)).toMatchObject([
      { name: '1_a', rows: ['1_a'], up: ['select 1;'], down: null },
      { name: '2_b' },
    ]);
    expect((await refused('prisma', { 'a.sql': '' })).text).toContain('no folder in it has a file migration.sql');
  });
});

it('the journals that the kernel recognizes are those of the tools whose histories can be adopted', () => {
  const names = Array.from(historySources, ([tool, { journal }]) => [journal.table.split('.').at(-1) ?? '', tool]);
  expect(journals).toEqual(Object.fromEntries(names));
});
