import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holding } from '../../../kernel/test/entities/support.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { serverUrl } from '../../../../test/helper/database.ts';
import { entitiesSource } from '../../../../test/helper/entities-source.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

function server(): string {
  return serverUrl('postgres');
}

/** The source of one entity with a policy, which `rest` replaces. */
function like(
  rest = `rowLevelSecurity: true, policies: [{ name: 'likes_all', using: 'true' }],`,
  properties: Readonly<Record<string, string>> = {},
): string {
  return entitiesSource({ entities: { Like: { table: 'likes_like', properties, rest } } });
}

/** Creates the first revision from entities and adds one by hand. */
async function withQueue(): Promise<Project> {
  const project = await makeProject({ plugins: { core: {}, likes: { entities: like() } } });
  ok(await project.kernel('migrate:create', 'likes', '--shadow', server()));
  project.write('queue.sql', 'create table likes_queue (id serial primary key); create table core_mine (id int);');
  const args = ['--sql', 'queue.sql', '--name', 'queue', '--shadow', server()];
  ok(await project.kernel('migrate:create', 'likes', ...args));
  return project;
}

function declaredIn(project: Project): readonly string[] {
  const text = readFileSync(join(project.folderOf('likes'), 'revisions.lock.json'), 'utf8');
  return (JSON.parse(text) as { declared: readonly string[] }).declared;
}

describe('a plugin without entities', () => {
  const up = 'create table "likes_like" ("user_id" int not null, "object_id" int not null);';
  const revisions = { '0001_create_like': { up, down: 'drop table "likes_like";' } };

  it.each([
    ['this process', () => []],
    ['a server', () => ['--shadow', server()]],
  ])('agrees with itself in every command, in a shadow in %s', async (_, shadow) => {
    const project = await makeProject({ plugins: { core: {}, likes: { revisions } } });
    const created = ok(await project.kernel('migrate:create', 'likes', ...shadow()));
    expect(created.stdout).toContain('likes declares no entities, so there is nothing to create.');
    expect(created.stdout).toContain('npx kernel migrate:create likes --empty --name');
    expect(created.stdout).toContain('npx kernel migrate:create likes --sql');
    const checked = ok(await project.kernel('migrate:check', ...shadow()));
    expect(checked.stdout).toContain('Made by hand in likes, and kept:\n  table likes_like\n');
    ok(await project.kernel('migrate:lint'));
    ok(await project.kernel('migrate:verify', ...shadow()));
  });

  it('is built without a record, since it declares nothing', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: { revisions } } });
    ok(await project.kernel('plugin:build', project.folderOf('likes'), '--shadow', server()));
    expect(declaredIn(project)).toEqual([]);
  });
});

describe('the record of declared objects', () => {
  it('is written by migrate:create, and what the entities give up is dropped', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: { entities: like() } } });
    ok(await project.kernel('migrate:create', 'likes', '--shadow', server()));
    const first = declaredIn(project);
    expect(first).toEqual([
      'column likes_like.id',
      'constraint likes_like.likes_like_pkey',
      'policy likes_like.likes_all',
      'row security likes_like',
      'table likes_like',
    ]);
    project.writeEntities('likes', like(`rowLevelSecurity: true, policies: [{ name: 'likes_own', using: 'id > 0' }],`));
    const { changes } = ok(await project.kernel('migrate:create', 'likes', '--json', '--shadow', server())).json() as {
      changes: readonly string[];
    };
    expect(changes).toEqual(['drop policy likes_like.likes_all', 'create policy likes_like.likes_own']);
    expect(declaredIn(project)).toEqual([...first, 'policy likes_like.likes_own'].toSorted());
    // Once the revision is there, a clean check leaves out what it has dropped.
    ok(await project.kernel('migrate:check', 'likes', '--record', '--shadow', server()));
    expect(declaredIn(project)).toEqual(first.map((line) => line.replace('likes_all', 'likes_own')));
  });

  it('is written by a clean migrate:check --record, and plugin:build needs it', async () => {
    const revisions = {
      '0001_a': { up: 'create table likes_like (id serial primary key)', down: 'drop table likes_like' },
    };
    const project = await makeProject({ plugins: { core: {}, likes: { revisions, entities: like('') } } });
    const build = ['plugin:build', project.folderOf('likes'), '--shadow', server(), '--json'];
    const refused = refusalIn(await project.kernel(...build));
    expect(refused).toMatchObject({ code: 'PLUGIN_BUILD_UNRECORDED', hint: holding('migrate:check likes --record') });
    const before = ok(await project.kernel('migrate:check', 'likes', '--json', '--shadow', server()));
    expect(before.json()).toMatchObject({ unrecorded: ['likes'], recorded: [] });
    const recorded = ok(await project.kernel('migrate:check', 'likes', '--record', '--json', '--shadow', server()));
    expect(recorded.json()).toMatchObject({ unrecorded: [], recorded: [holding('revisions.lock.json')] });
    ok(await project.kernel(...build));
    expect(declaredIn(project)).toContain('table likes_like');
    project.writeEntities('likes', like('', { note: 'p.text()' }));
    const dirty = await project.kernel('migrate:check', 'likes', '--record', '--json', '--shadow', server());
    expect(dirty).toMatchObject({ code: 40 });
    expect(dirty.json()).toMatchObject({ recorded: [] });
    expect(declaredIn(project)).not.toContain('column likes_like.note');
  });

  it('keeps what no entity ever declared, lists it, and drops it only when it is named', async () => {
    const project = await withQueue();
    const checked = ok(await project.kernel('migrate:check', 'likes', '--json', '--shadow', server()));
    expect(checked.json()).toMatchObject({
      drift: [],
      undeclared: [{ plugin: 'likes', objects: ['table core_mine', 'table likes_queue'] }],
    });
    const refused = refusalIn(
      await project.kernel('migrate:create', 'likes', '--drop', 'likes_quee', '--json', '--shadow', server()),
    );
    expect(refused).toMatchObject({ code: 'DROP_INVALID', exitCode: 2 });
    expect(refused.hint).toContain('  table core_mine\n  table likes_queue');
    const args = ['--drop', 'likes_queue', '--drop=core_mine', '--json', '--shadow', server()];
    const dropped = ok(await project.kernel('migrate:create', 'likes', ...args)).json();
    expect(dropped).toMatchObject({ changes: ['drop table core_mine', 'drop table likes_queue'], undeclared: [] });
    expect((dropped as { risks: readonly object[] }).risks).toContainEqual(
      expect.objectContaining({ rule: 'data-loss', object: 'likes_queue' }),
    );
  });

  it('joins the records of both sides of a merge', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: {} } });
    const cwd = project.folderOf('likes');
    const file = join(cwd, 'revisions.lock.json');
    const git = (...args: readonly string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd, stdio: 'pipe' });
    const lock = (declared: readonly string[], ids: readonly string[]): void => {
      const revisions = Object.fromEntries(ids.map((id) => [id, { since: '1.0.0', normal: `n1:${id}` }]));
      writeFileSync(file, `${JSON.stringify({ declared, ...revisions }, null, 2)}\n`);
      git('add', '.');
      git('commit', '-qm', 'lock');
    };
    mkdirSync(cwd, { recursive: true });
    git('init', '-q', '-b', 'main');
    lock(['table a', 'table z'], ['likes@0001_a']);
    git('checkout', '-qb', 'other');
    lock(['table a', 'table m', 'table z'], ['likes@0001_a', 'likes@0002_m']);
    git('checkout', '-q', 'main');
    lock(['table a', 'table n', 'table z'], ['likes@0001_a', 'likes@0002_n']);
    expect(() => git('merge', 'other')).toThrow();
    const refused = refusalIn(await project.kernel('migrate:lint', '--json'));
    expect(refused).toMatchObject({ code: 'REVISIONS_LOCK_INVALID', hint: holding('npx kernel migrate:merge') });
    const merged = ok(await project.kernel('migrate:merge', 'likes'));
    expect(merged.stdout).toMatch(/^Joined both sides of .*revisions\.lock\.json\.\n/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      declared: ['table a', 'table m', 'table n', 'table z'],
      'likes@0001_a': {},
      'likes@0002_m': {},
      'likes@0002_n': {},
    });
  });
});

describe('migrate:create where PostgreSQL needs help', () => {
  it('names what depends on a dropped column and the command to write SQL by hand, and writes nothing', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: { entities: like('', { note: 'p.text()' }) } } });
    ok(await project.kernel('migrate:create', 'likes', '--shadow', server()));
    project.write('view.sql', 'create view likes_notes as select note from likes_like;');
    const sql = ['--sql', 'view.sql', '--name', 'view', '--shadow', server()];
    ok(await project.kernel('migrate:create', 'likes', ...sql));
    project.writeEntities('likes', like(''));
    const refused = await project.kernel('migrate:create', 'likes', '--shadow', server());
    expect(refused).toMatchObject({ code: 13 });
    expect(refused.stderr).toContain('DETAIL: view likes_notes depends on column note of table likes_like');
    expect(refused.stderr).toContain('HINT: Use DROP ... CASCADE');
    expect(refused.stderr).toContain('npx kernel migrate:create likes --empty --name drop_note_from_like');
    expect(refused.stderr).toContain('Nothing was written.');
    expect(refused.stderr).not.toContain('likes@0003');
  });

  it.each<[name: string, bytes: Buffer, problem: string]>([
    ['Latin-1', Buffer.from("select 1;\nselect 'h\u00e9';\n", 'latin1'), 'has an invalid character in line 2'],
    ['half a character', Buffer.from("select '\u00e9").subarray(0, -1), 'has an invalid character in line 1'],
    [
      'UTF-16 with a mark',
      Buffer.from("\ufeffselect 'h\u00e9';", 'utf16le'),
      'begins with the byte order mark of UTF-16',
    ],
    ['UTF-16 without a mark', Buffer.from('select 1;', 'utf16le'), 'has zero bytes, as UTF-16 has'],
  ])('refuses a file of SQL that is not UTF-8: %s', async (_, bytes, problem) => {
    const project = await makeProject({ plugins: { core: {}, likes: {} } });
    writeFileSync(join(project.cwd, 'in.sql'), bytes);
    const args = ['likes', '--sql', 'in.sql', '--name', 'a', '--json', '--shadow', server()];
    const refused = refusalIn(await project.kernel('migrate:create', ...args));
    expect(refused).toMatchObject({ code: 'SQL_FILE_ENCODING', exitCode: 2, message: holding(problem) });
    expect(refused.message).toContain('in.sql');
    expect(refused.hint).toContain('iconv -f ');
  });

  it('passes over the byte order mark of a file of SQL', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: {} } });
    project.write('in.sql', "\ufeffcreate table likes_a (note text default 'h\u00e9');");
    const args = ['likes', '--sql', 'in.sql', '--name', 'a', '--json', '--shadow', server()];
    const { text } = ok(await project.kernel('migrate:create', ...args)).json() as { text: string };
    expect(text).toContain("create table likes_a (note text default 'h\u00e9')");
    expect(text).not.toContain('\ufeff');
  });
});
