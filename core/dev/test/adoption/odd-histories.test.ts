import { Buffer } from 'node:buffer';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { openSession } from '../../../kernel/src/db/session.ts';
import { makeFolder } from '../../../kernel/test/config/folder.ts';
import { refusalIn } from '../../../kernel/test/config/refusal.ts';
import { readJournal } from '../../src/adoption/journal.ts';
import { readHistory } from '../../src/adoption/read-history.ts';
import { recordedRevisions } from '../../src/adoption/recorded-revisions.ts';
import { historySources } from '../../src/adoption/sources.ts';
import { devError } from '../../src/error/dev-codes.ts';

/** Two migrations of a tool: the files, and the names under which its table records them. */
interface History {
  readonly files: readonly [first: string, second: string];
  readonly text: (n: number) => string;
  readonly rows: readonly [first: string, second: string];
  /** A name for the second file under which the tool would run it as another migration. */
  readonly renamed: string;
}

const sqlText = (n: number): string => `create table t${n} (label text default 'é');`;
const codeText = (n: number): string => `export const up = () => ${n}; // é`;
const classText = (n: number): string => `export class T170000000000${n} { up() {} } // é`;

const drizzleJournal = JSON.stringify({ entries: [1, 2].map((n) => ({ tag: `000${n}_a`, when: 1700 + n })) });

const histories: Readonly<Record<string, History>> = {
  drizzle: { files: ['0001_a.sql', '0002_a.sql'], text: sqlText, rows: ['1701', '1702'], renamed: '0002_b.sql' },
  flyway: { files: ['V1__a.sql', 'V2__b.sql'], text: sqlText, rows: ['V1__a.sql', 'V2__b.sql'], renamed: 'V2__c.sql' },
  knex: { files: ['1_a.mjs', '2_b.mjs'], text: codeText, rows: ['1_a.mjs', '2_b.mjs'], renamed: '2_c.mjs' },
  kysely: { files: ['1_a.mjs', '2_b.mjs'], text: codeText, rows: ['1_a', '2_b'], renamed: '2_c.mjs' },
  'mikro-orm': { files: ['M1.mjs', 'M2.mjs'], text: codeText, rows: ['M1.mjs', 'M2'], renamed: 'M3.mjs' },
  'node-pg-migrate': { files: ['1_a.sql', '2_b.sql'], text: sqlText, rows: ['1_a', '2_b'], renamed: '2_c.sql' },
  prisma: {
    files: ['1_a/migration.sql', '2_b/migration.sql'],
    text: sqlText,
    rows: ['1_a', '2_b'],
    renamed: '2_c/migration.sql',
  },
  typeorm: {
    files: ['1-A.mjs', '2-B.mjs'],
    text: classText,
    rows: ['T1700000000001', 'T1700000000002'],
    renamed: '2-C.mjs',
  },
  umzug: { files: ['1_a.sql', '2_b.sql'], text: sqlText, rows: ['1_a.sql', '2_b.sql'], renamed: '2_c.sql' },
};

function sourceOf(tool: string): NonNullable<ReturnType<typeof historySources.get>> {
  const source = historySources.get(tool);
  if (source === undefined) throw new Error(`there is no source ${tool}`);
  return source;
}

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Writes the files of a history. Returns their folder. */
function folderWith(tool: string, { files, text }: History): string {
  const folder = makeFolder();
  for (const [i, file] of files.entries()) write(join(folder, file), text(i + 1));
  if (tool === 'drizzle') write(join(folder, 'meta/_journal.json'), drizzleJournal);
  return folder;
}

/** Compares the files in a folder with what the tool's table records. Returns the revisions to stamp. */
async function recorded(tool: string, folder: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await readHistory(sourceOf(tool), folder);
  const migrations = found.map((one, i) => ({ ...one, state: 'new' as const, ids: [`shop@${i + 1}`] }));
  return recordedRevisions(migrations, { table: 'journal', database: 'here', names }, new Set());
}

it('there is a history of each tool', () => {
  expect(Object.keys(histories).toSorted()).toEqual([...historySources.keys()].toSorted());
});

describe.each(Object.entries(histories))('a history of %s', (tool, history) => {
  const [first, second] = history.files;

  it('is kept one to one; an empty table records nothing, and a row that occurs twice counts once', async () => {
    const folder = folderWith(tool, history);
    expect(await recorded(tool, folder, [])).toEqual([]);
    expect(await recorded(tool, folder, history.rows.slice(0, 1))).toEqual(['shop@1']);
    expect(await recorded(tool, folder, [...history.rows, ...history.rows])).toEqual(['shop@1', 'shop@2']);
  });

  it('is refused without the file of a migration that the table records, by name', async () => {
    const folder = folderWith(tool, history);
    rmSync(join(folder, second));
    const refusal = await refusalIn(() => recorded(tool, folder, history.rows));
    expect(refusal.text).toContain(tool === 'drizzle' ? '0002_a.sql' : history.rows[1]);
    expect(refusal.text).toMatch(/records migrations without a file|lists it, but it does not exist/);
  });

  it('is refused after a file was renamed, naming the old name, unless the tool does not record files', async () => {
    const folder = folderWith(tool, history);
    mkdirSync(dirname(join(folder, history.renamed)), { recursive: true });
    renameSync(join(folder, second), join(folder, history.renamed));
    if (tool === 'typeorm') return expect(await recorded(tool, folder, history.rows)).toEqual(['shop@1', 'shop@2']);
    const refusal = await refusalIn(() => recorded(tool, folder, history.rows));
    expect(refusal.text).toContain(tool === 'drizzle' ? '0002_a.sql' : history.rows[1]);
  });

  it('is refused with a file that is not UTF-8, naming it', async () => {
    for (const encoding of ['latin1', 'utf16le'] as const) {
      const folder = folderWith(tool, history);
      const text = encoding === 'utf16le' ? `\uFEFF${history.text(1)}` : history.text(1);
      write(join(folder, first), Buffer.from(text, encoding));
      const refusal = await refusalIn(async () => {
        for (const { name, file, collect } of await readHistory(sourceOf(tool), folder)) {
          await collect((problem) =>
            devError('MIGRATION_NOT_ADOPTABLE', { file, migration: name, tool, before: null, problem }),
          );
        }
      });
      expect(refusal.code, encoding).toBe('MIGRATION_FILE_INVALID');
      expect(refusal.text, encoding).toContain(`${join(folder, first)} cannot be used: it is not UTF-8`);
    }
  });
});

describe('two migrations that a tool cannot tell apart are refused, naming both:', () => {
  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    ['flyway', 'versions', { 'V1__a.sql': '', 'V1.0__b.sql': '' }, '"version 1" stands for it and for V1'],
    [
      'typeorm',
      'classes',
      { 'a.mjs': classText(1), 'b.mjs': classText(1) },
      '"T1700000000001" stands for it and for a.mjs',
    ],
    [
      'drizzle',
      'times',
      {
        'meta/_journal.json': JSON.stringify({ entries: ['a', 'b'].map((tag) => ({ tag, when: 1 })) }),
        'a.sql': '',
        'b.sql': '',
      },
      '"time 1" stands for it and for a.sql',
    ],
  ])('%s, %s', async (tool, _, files, problem) => {
    const folder = makeFolder();
    for (const [name, text] of Object.entries(files)) write(join(folder, name), text);
    const refusal = await refusalIn(() => readHistory(sourceOf(tool), folder));
    expect(refusal).toMatchObject({ code: 'MIGRATION_FILE_INVALID' });
    expect(refusal.text).toContain(problem);
  });
});

/** The tools whose tables tell failed migrations, each with one: SQL that creates the table. */
const failed: Readonly<Record<string, string>> = {
  flyway: `create table flyway_schema_history (installed_rank int, script text, type text, success boolean);
    insert into flyway_schema_history values (1, 'V1__a.sql', 'SQL', true), (2, 'V2__b.sql', 'SQL', false)`,
  prisma: `create table _prisma_migrations (migration_name text, started_at timestamptz default now(), finished_at timestamptz, rolled_back_at timestamptz);
    insert into _prisma_migrations values ('1_a', now(), now(), null), ('0_x', now(), null, now()), ('2_b', now(), null, null)`,
};

describe.each(databaseKinds)('a history on %s', (kind) => {
  it.each(Object.entries(failed))('of %s is refused with a migration that has failed, by name', async (tool, sql) => {
    const session = await openSession(await emptyDatabase(kind));
    try {
      await session.script(sql);
      const { journal } = sourceOf(tool);
      const refusal = await refusalIn(() => readJournal(session, journal.table, journal));
      expect(refusal).toMatchObject({ code: 'ADOPTION_HISTORY_DIFFERS' });
      const second = histories[tool]?.rows[1];
      expect(refusal.text).toContain(`records migrations that have failed or still run: ${second}.`);
      await session.script(
        tool === 'flyway'
          ? `delete from ${journal.table} where not success`
          : `update ${journal.table} set finished_at = now()`,
      );
      expect(await readJournal(session, journal.table, journal)).toContain(histories[tool]?.rows[0]);
    } finally {
      await session.close();
    }
  });
});
