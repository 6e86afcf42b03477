import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { describe, expect, it } from 'vitest';
import { revisionSource, type RevisionDraft } from '../../src/authoring/revision-source.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { loadRevisionFiles } from '../../../kernel/src/plugin/revision-files.ts';
import { sameTokens } from '../../../kernel/src/plugin/revision-hash.ts';
import { verbatimRanges } from '../../../kernel/src/plugin/sql-lexer.ts';
import { makeFolder, writeFiles } from '../../../kernel/test/config/folder.ts';
import { refusalOf } from '../../../kernel/test/config/refusal.ts';
import { kernelFolder, makeProject } from '../../../kernel/test/plugin/project.ts';

const root = join(kernelFolder, '../..');

const draft: RevisionDraft = {
  id: 'likes@0002_count_on_object',
  revises: 'likes@0001_create_like',
  dependsOn: [{ revision: 'core@0001_create_objects', why: 'core_object' }],
  up: 'alter table "core_object" add column "likes_count" int not null default 0;',
  down: 'alter table "core_object" drop column "likes_count";',
  about: 'The number of likes on the object itself.',
  importFrom: '@headwater/kernel/plugin',
};

const withUp = (up: string): string => revisionSource({ ...draft, id: 'likes@0001_a', up });

/** Writes the files of drafts and loads them. Returns the revisions in the same order. */
async function reread(drafts: readonly RevisionDraft[]): Promise<readonly Revision[]> {
  const directory = makeFolder();
  const importFrom = pathToFileURL(join(kernelFolder, 'src/plugin.ts')).href;
  const files = drafts.map((one) => [fileOf(one), revisionSource({ ...one, importFrom })] as const);
  writeFiles(directory, { 'package.json': { type: 'module' }, ...Object.fromEntries(files) });
  return loadRevisionFiles({
    name: 'likes',
    file: { directory, name: 'likes', version: '1.0.0', fields: {} },
    migrations: directory,
    ownMigrations: true,
    openTables: [],
    formerly: [],
    commands: new Map(),
  });
}

describe('the text of a revision file', () => {
  it('looks handwritten', () => {
    expect(revisionSource(draft)).toBe(`import { defineRevision, sql } from '@headwater/kernel/plugin';

/** The number of likes on the object itself. */
export default defineRevision({
  id: 'likes@0002_count_on_object',
  revises: 'likes@0001_create_like',
  dependsOn: ['core@0001_create_objects'], // core_object
  up: sql\`alter table "core_object" add column "likes_count" int not null default 0;\`,
  down: sql\`alter table "core_object" drop column "likes_count";\`,
});
`);
  });

  it('has separate lines for several edges, statements and notes', () => {
    const text = revisionSource({
      ...draft,
      revises: null,
      dependsOn: [
        { revision: 'core@0001_create_objects', why: 'core_object' },
        { revision: 'core@0003_describe_users', why: 'core_user.display_name' },
      ],
      up: 'drop table "a";\n\n  drop table "b";',
      down: null,
      breaking: true,
      notes: ['Rows of "a" are lost.'],
    });
    expect(text).toContain(`  revises: null,
  dependsOn: [
    'core@0001_create_objects', // core_object
    'core@0003_describe_users', // core_user.display_name
  ],
  breaking: true,
  // Rows of "a" are lost.
  up: sql\`
    drop table "a";

      drop table "b";
  \`,
});
`);
  });

  it('contains the check of a statement outside a transaction', () => {
    const text = revisionSource({ ...draft, transaction: false, check: "select to_regclass('i') is not null" });
    expect(text).toContain('  transaction: false,\n  up: sql`');
    expect(text).toContain("  check: sql`select to_regclass('i') is not null`,\n});");
  });

  it('removes the common indentation of the SQL', () => {
    expect(withUp('\n      create table a (\n        id int\n      );\n    ')).toContain(
      '  up: sql`\n    create table a (\n      id int\n    );\n  `,\n',
    );
  });

  it.each([
    ['a constant', "select 'a\n b';"],
    ['an escaped constant', "select E'\\'a\n b';"],
    ['a quoted name', 'select "a\n b";'],
    ['a dollar-quoted string', 'do $x$\nbegin\n  perform 1;\nend\n$x$;'],
    ['a comment', '/* a\n b */ select 1;'],
  ])('keeps the lines of %s verbatim', (_, up) => {
    expect(withUp(up)).toContain(`up: sql\`\n    ${up}\n  \``);
  });

  it('keeps a constant with white space before a line break', () => {
    expect(withUp("select 'a  \nb'  \n, 1;")).toContain("    select 'a  \nb'\n    , 1;\n");
  });

  it.each([
    ['carriage return', "select 'a\r\nb'"],
    ['zero byte', 'select 1\0'],
    ['backslash before a backtick', "select '\\`'"],
    ['backslash before a backtick', "select '\\${'"],
  ])('is refused if a template literal cannot express it: %s', (problem, up) => {
    const refusal = refusalOf(() => withUp(up));
    expect(refusal.code).toBe('REVISION_TEXT_UNWRITABLE');
    expect(refusal.text).toContain(problem);
  });

  it('may contain backticks, placeholders and backslashes that a template literal can express', async () => {
    const up = "select '`', '${a}', '\\\\`', '\\n', E'\\\\', \u2028'x'\n-- \\";
    const [found] = await reread([{ ...draft, id: 'likes@0001_a', up }]);
    expect(found?.up).toMatchObject({ text: expect.stringContaining(up.slice(0, up.indexOf('\n'))) as unknown });
  });
});

const anyId = (plugin: fc.Arbitrary<string>) =>
  fc.tuple(plugin, fc.stringMatching(/^[a-z0-9_]{1,100}$/)).map(([name, slug]) => `${name}@${slug}x`.slice(0, 139));

/** Pieces of SQL that matter for indenting and quoting. */
const pieces: readonly string[] = [
  'select',
  'Ab',
  '1',
  ',',
  '(',
  ')',
  ';',
  '\n',
  '\n\n',
  '  ',
  '\t',
  '-- c\n',
  '/* a\n  b */',
  "'x\n  y'",
  "' ;'",
  '"Q\n q"',
  '$$ a\n  b $$',
  '$t$ $$;\n`$t$',
  "E'\\\\\n\\''",
  '`',
  '${',
  '\\',
  "'`'",
  "'${'",
  '\r\n',
  "''''",
  ' create table "long_enough_to_need_a_line_of_its_own" (id int primary key, name text not null); ',
];

const sqlText = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 14 })
  .map((parts) => `select ${parts.join('')}`);

/** Whether the text is accepted. */
const writable = (text: string): boolean =>
  !/\\(?:`|\$\{)/.test(text) && verbatimRanges(text).every(({ start, end }) => !text.slice(start, end).includes('\r'));

const anyDraft: fc.Arbitrary<Omit<RevisionDraft, 'id'>> = fc.record({
  revises: fc.oneof(
    fc.constant(null),
    anyId(fc.constant('likes')),
    fc.uniqueArray(anyId(fc.constant('likes')), { minLength: 1, maxLength: 4 }),
  ),
  dependsOn: fc.uniqueArray(
    fc.record({
      revision: anyId(fc.constantFrom('core', 'app', 'a-plugin-with-a-very-long-name-of-its')),
      why: fc.constantFrom('', 'core_object', 'core_user.name and\n core_user.id', 'word '.repeat(30)),
    }),
    { maxLength: 3, selector: ({ revision }) => revision },
  ),
  up: sqlText.filter(writable),
  down: fc.option(sqlText.filter(writable)),
  breaking: fc.boolean(),
  about: fc.constantFrom('', 'Short.', 'Ends a comment */ early.', 'Some words of a sentence. '.repeat(12)),
  notes: fc.array(fc.constantFrom('Rows are lost.', 'Every row is rewritten. '.repeat(9)), { maxLength: 2 }),
  importFrom: fc.constant('@headwater/kernel/plugin'),
});

/** Random drafts with a fixed seed, so that a failure can be reproduced. */
const drafts = fc
  .sample(anyDraft, { numRuns: 150, seed: 11 })
  .map((one, i): RevisionDraft => ({ ...one, id: `likes@${String(i + 1).padStart(4, '0')}_${'x'.repeat(i % 95)}` }));

describe('any revision file', () => {
  it('loads as the draft from which it was written', async () => {
    await loadModule();
    const writtenOnes = drafts.filter(({ up, down }) => isReadable(up) && (down === null || isReadable(down)));
    expect(writtenOnes.length).toBeGreaterThan(100);
    const found = await reread(writtenOnes);
    for (const [i, one] of writtenOnes.entries()) {
      const { id, revises, dependsOn, up, down, breaking } = one;
      const revision = found[i];
      expect(revision).toMatchObject({
        id,
        revises: [revises ?? []].flat().toSorted(),
        dependsOn: dependsOn.map((edge) => edge.revision).toSorted(),
        breaking,
      });
      expect(await sameTokens(textOf(revision?.up), up), up).toBe(true);
      expect(await sameTokens(textOf(revision?.down), down ?? ''), down ?? '').toBe(true);
      expect(constantsIn(textOf(revision?.up))).toEqual(constantsIn(up));
    }
  });

  it('is laid out as the formatter would', async () => {
    const directory = makeFolder();
    const files = drafts.map((one) => [fileOf(one), revisionSource(one)] as const);
    writeFiles(directory, Object.fromEntries(files));
    await run('oxfmt', '-c', join(root, '.oxfmtrc.json'), directory);
    for (const [name, text] of files) expect(readFileSync(join(directory, name), 'utf8')).toBe(text);
  });

  it('passes the linter and the type checker', async () => {
    const project = makeProject();
    const typeRoots = [join(root, 'node_modules/@types')];
    project.write({
      'tsconfig.json': { extends: join(root, 'tsconfig.base.json'), compilerOptions: { noEmit: true, typeRoots } },
      ...Object.fromEntries(drafts.slice(0, 40).map((one) => [`src/${fileOf(one)}`, revisionSource(one)])),
    });
    await run('tsc', '-p', project.root);
    const said = await run('oxlint', '-c', join(root, '.oxlintrc.jsonc'), join(project.root, 'src'));
    expect(said).toContain('on 40 files');
  });
});

function fileOf({ id }: RevisionDraft): string {
  return `${id.slice(id.indexOf('@') + 1)}.ts`;
}

/** Whether the scanner can read the text, so that its tokens can be compared. */
function isReadable(text: string): boolean {
  try {
    return scanSync(text).tokens.length > 0;
  } catch {
    return false;
  }
}

function textOf(body: Revision['up'] | null | undefined): string {
  return body?.kind === 'sql' ? body.text : '';
}

function constantsIn(text: string): readonly string[] {
  return text.match(/'x\n {2}y'|\/\* a\n {2}b \*\/|"Q\n q"|\$\$ a\n {2}b \$\$/g) ?? [];
}

async function run(bin: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(join(root, 'node_modules/.bin', bin), args, { cwd: root });
    return stdout;
  } catch (error) {
    throw new Error(`${bin}: ${(error as { stdout: string }).stdout}`, { cause: error });
  }
}
