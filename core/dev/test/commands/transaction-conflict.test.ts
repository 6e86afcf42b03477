import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, serverUrl } from '../../../../test/helper/database.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const core: PluginSketch = { revisions: { '0001_nothing': '-- nothing to do' } };
const table = { up: 'create table m_a (id int)', down: 'drop table m_a' };

/** Arguments that select the shadow of each engine. */
const shadowOf = (kind: string): readonly string[] => (kind === 'postgres' ? ['--shadow', serverUrl('postgres')] : []);

describe('a revision with transaction control', () => {
  const text = '\n    create table m_b (id int);\n    commit;\n  ';
  const place = /src\/migrations\/0002_b\.js:10/;
  let project: Project;
  beforeAll(async () => {
    const m: PluginSketch = {
      revisions: { '0001_a': table, '0002_b': { up: text, down: 'drop table m_b; rollback' } },
    };
    project = await makeProject({ plugins: { core, m } });
  });

  it('is refused by migrate:lint, with the line and the advice', async () => {
    const done = await project.kernel('migrate:lint', 'm');
    expect(done).toMatchObject({ code: 13 });
    expect(done.stdout).toMatch(/error transaction-conflict .*0002_b\.js:10\n\s+commit\n.*only the kernel controls/);
    expect(done.stdout).toContain('Leave it out: the kernel runs each revision in one transaction.');
  });

  it('is refused by migrate:verify, with the lines and the advice', async () => {
    const done = await project.kernel('migrate:verify', 'm');
    expect(done).toMatchObject({ code: 13 });
    expect(done.stdout).toMatch(place);
    const { findings } = (await project.kernel('migrate:verify', 'm', '--json')).json() as { findings: unknown };
    const message = expect.stringContaining('Leave it out: the kernel') as unknown;
    const about = { rule: 'transaction', revision: 'm@0002_b', file: project.fileOf('m@0002_b'), message };
    expect(findings).toMatchObject([
      { ...about, line: 10, statement: 'commit' },
      { ...about, statement: 'rollback' },
    ]);
  });

  it('is refused by plugin:build, with the lines and the advice, and nothing is written', async () => {
    const folder = project.folderOf('m');
    const { code, message } = refusalIn(await project.kernel('plugin:build', folder, '--json'));
    expect(code).toBe('TRANSACTION_CONFLICT');
    expect(message).toMatch(place);
    expect(message).toContain('Leave it out: the kernel runs each revision in one transaction.');
    expect(existsSync(`${folder}/revisions.lock.json`)).toBe(false);
  });
});

describe.each(databaseKinds)('on %s', (kind) => {
  let project: Project;
  const create = (name: string, ...more: readonly string[]): ReturnType<Project['kernel']> =>
    project.kernel('migrate:create', 'm', '--sql', `${name}.sql`, '--name', name, ...shadowOf(kind), ...more);
  beforeAll(async () => {
    project = await makeProject({
      plugins: { core, m: { revisions: { '0001_a': table } } },
      database: await emptyDatabase(kind),
    });
  });

  it.each([
    ['begins', 'begin; create table m_b (id int); commit;', /line 1 of `up`: "begin".*\n.*line 1 of `up`: "commit"/],
    ['vacuums', '\nselect 1;\nvacuum m_a', /line 3 of `up`: "vacuum m_a"\. .*`transaction: false`/],
    ['indexes', 'create index concurrently on m_a (id)', /CREATE INDEX CONCURRENTLY .*`transaction: false`/],
    ['both', 'select 1; drop index concurrently m_i', /DROP INDEX CONCURRENTLY .*separate revision/],
  ])('migrate:create refuses SQL that %s, with the line and the advice', async (name, sql, expected) => {
    project.write(`${name}.sql`, sql);
    const { code, message } = refusalIn(await create(name, '--json'));
    expect(code).toBe('TRANSACTION_CONFLICT');
    expect(message).toMatch(expected);
  });

  it('migrate:create writes a concurrent index as a revision outside a transaction, and the upgrade runs it', async () => {
    project.write('index.sql', 'create index concurrently m_i on m_a (id)');
    project.write('drop.sql', 'drop index concurrently m_i;');
    for (const [name, id] of [['index', 'm@0002_index'] as const, ['drop', 'm@0003_drop'] as const]) {
      ok(await create(name));
      const text = readFileSync(project.fileOf(id), 'utf8');
      expect(text).toContain('transaction: false');
      expect(text).toMatch(
        name === 'index' ? /check: sql`[^`]*indisvalid/ : /check: sql`[^`]*to_regclass[^`]* is null/,
      );
      ok(await project.kernel('migrate:up'));
    }
    ok(await project.kernel('plugin:build', project.folderOf('m')));
  });
});

describe.each(databaseKinds)('a revision that consists only of comments, on %s', (kind) => {
  it('is accepted by all commands, and can be reverted', async () => {
    const revisions = { '0001_a': { up: '/* superseded */', down: '-- nothing to undo' } };
    const project = await makeProject({ plugins: { core, m: { revisions } }, database: await emptyDatabase(kind) });
    ok(await project.kernel('migrate:lint', 'm'));
    ok(await project.kernel('migrate:verify', 'm', ...shadowOf(kind)));
    ok(await project.kernel('plugin:build', project.folderOf('m')));
    ok(await project.kernel('migrate:up'));
    ok(await project.kernel('migrate:down', 'm@base'));
    project.write('b.sql', '-- nothing yet\n');
    ok(await project.kernel('migrate:create', 'm', '--sql', 'b.sql', '--name', 'b', ...shadowOf(kind)));
    expect(readFileSync(project.fileOf('m@0002_b'), 'utf8')).toContain('-- nothing yet');
  });
});
