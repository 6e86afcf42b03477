import { beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { complaintIn, ok, openTrap, refusalIn } from '../../../kernel/test/cli/support.ts';

const plugins: Readonly<Record<string, PluginSketch>> = {
  core: {
    revisions: {
      '0001_create_users': { up: 'create table core_user (id int primary key)', down: 'drop table core_user' },
      '0002_create_objects': { up: 'create table core_object (id int primary key)', down: 'drop table core_object' },
    },
  },
  likes: {
    revisions: {
      '0001_create_like': {
        dependsOn: ['core@0001_create_users'],
        up: 'create table likes_like (user_id int references core_user)',
        down: 'drop table likes_like',
      },
      '0002_index': {
        up: '\n    select 1;\n    create index likes_index on likes_like (user_id);\n  ',
        down: 'drop index likes_index',
      },
    },
  },
  notes: {
    revisions: {
      '0001_create_note': {
        up: 'create table notes_note (object_id int references core_object)',
        down: 'drop table notes_note',
      },
      '0002_drop': { up: 'alter table notes_note drop column object_id' },
    },
  },
  album: {
    built: true,
    revisions: { '0001_create_photo': { up: 'create table album_photo (id uuid default uuidv7())' } },
  },
};

interface Linted {
  readonly revisions: readonly string[];
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

describe('kernel migrate:lint', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ plugins });
    ship(project, 'likes@0001_create_like');
  });

  /** Records that a release of likes has shipped a revision. */
  const ship = ({ write }: Project, revision: string): void => {
    write('plugins/likes/revisions.lock.json', JSON.stringify({ [revision]: { since: '1.0.0', normal: 'n1:' } }));
  };

  const json = async (...args: readonly string[]): Promise<Linted> =>
    (await project.kernel('migrate:lint', '--json', ...args)).json() as Linted;

  it('shows findings with their place and a safer form, and exits with 13 if there are errors', async () => {
    const done = await project.kernel('migrate:lint');
    expect(done).toMatchObject({ code: 13, stderr: '' });
    expect(done.stdout).toBe(`likes
  likes@0002_index  plugins/likes/src/migrations/0002_index.js
    warning index-not-concurrent  plugins/likes/src/migrations/0002_index.js:10
      create index likes_index on likes_like (user_id)
      Building index likes_index blocks writes to likes_like until it is done.
      safer:
        -- in a separate revision:
        transaction: false,
        up: sql\`create index concurrently "likes_index" on likes_like (user_id)\`,
        check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('"likes_index"')), false)\`,
        down: sql\`drop index concurrently "likes_index"\`,

notes
  notes@0001_create_note  plugins/notes/src/migrations/0001_create_note.js
    error undeclared-dependency  plugins/notes/src/migrations/0001_create_note.js:8
      create table notes_note (object_id int references core_object)
      This uses core_object from core@0002_create_objects, which is not guaranteed to be applied first.
      safer:
        dependsOn: ['core@0002_create_objects'], // core_object
  notes@0002_drop  plugins/notes/src/migrations/0002_drop.js
    error missing-breaking
      Older code is not compatible with this revision: it drops the column notes_note.object_id.
      safer:
        breaking: true,
    warning data-loss  plugins/notes/src/migrations/0002_drop.js:8
      alter table notes_note drop column object_id
      This drops column notes_note.object_id and its data; \`down\` can only recreate it empty.
      safer:
        -- after a backup, in a release after the last one whose code uses it:
        alter table "notes_note" drop column "object_id";
    info missing-down
      This revision has no \`down\`, so it cannot be reverted.

2 errors, 2 warnings, 1 note in 5 revisions.
`);
  });

  it('reports the same findings with --json', async () => {
    const { revisions, errors, warnings, findings } = await json();
    expect({ errors, warnings, count: findings.length }).toEqual({ errors: 2, warnings: 2, count: 5 });
    expect(revisions).toHaveLength(5);
    expect(findings[0]).toEqual({
      plugin: 'likes',
      revision: 'likes@0002_index',
      file: project.fileOf('likes@0002_index'),
      line: 10,
      statement: 'create index likes_index on likes_like (user_id)',
      object: 'likes_index',
      rule: 'index-not-concurrent',
      level: 'warning',
      message: 'Building index likes_index blocks writes to likes_like until it is done.',
      differences: [],
      safer: expect.any(String) as unknown,
    });
  });

  it('lints the named plugins, and an installed plugin only if it is named', async () => {
    expect((await json('core')).revisions).toEqual(['core@0001_create_users', 'core@0002_create_objects']);
    expect((await json('likes', 'core')).revisions).toHaveLength(3);
    const album = await project.kernel('migrate:lint', 'album', '--json');
    expect(album.code).toBe(13);
    expect(album.json()).toMatchObject({ findings: [{ rule: 'newer-syntax', line: null }, { rule: 'missing-down' }] });
  });

  it('exits with 0 if there are only warnings, and with 3 under --strict', async () => {
    ok(await project.kernel('migrate:lint', 'likes'));
    expect(await project.kernel('migrate:lint', 'likes', '--strict')).toMatchObject({ code: 3 });
    ok(await project.kernel('migrate:lint', 'core', '--strict'));
    expect(ok(await project.kernel('migrate:lint', 'core')).stdout).toBe('No problems in 2 revisions.\n');
    expect(await project.kernel('migrate:lint', 'notes', '--strict')).toMatchObject({ code: 13 });
  });

  it('refuses a plugin that is not active, and suggests the nearest one', async () => {
    const refusal = refusalIn(await project.kernel('migrate:lint', 'like', '--json'));
    expect(refusal).toMatchObject({ code: 'PLUGIN_UNKNOWN', details: { plugin: 'like', nearest: 'likes' } });
    complaintIn(await project.kernel('migrate:lint', 'nonsense'), 2);
  });

  it('does not connect to the database', async () => {
    const trap = await openTrap();
    const trapped = await makeProject({
      plugins: { likes: plugins['likes'] ?? {}, core: plugins['core'] ?? {} },
      database: trap.url,
    });
    ok(await trapped.kernel('migrate:lint'));
    expect(trap.calls()).toBe(0);
  });

  it('reports an index only if a release has shipped its table', async () => {
    const early = await makeProject({ plugins: { core: plugins['core'] ?? {}, likes: plugins['likes'] ?? {} } });
    expect(ok(await early.kernel('migrate:lint', 'likes', '--strict')).stdout).toBe('No problems in 2 revisions.\n');
    ship(early, 'likes@0001_create_like');
    expect(await early.kernel('migrate:lint', 'likes', '--strict')).toMatchObject({ code: 3 });
  });

  it('knows the tables that their owners opened, and what plugins require', async () => {
    const opened = await makeProject({
      plugins: {
        queue: { openTables: ['queue_job'], revisions: { '0001_job': 'create table queue_job (a int)' } },
        mail: {
          requires: ['queue'],
          revisions: {
            '0001_job': { dependsOn: ['queue@0001_job'], up: 'insert into queue_job values (1)', down: 'select 1' },
          },
        },
        post: { requires: ['queue'], revisions: { '0001_do': { up: 'do $$ begin end $$', down: 'select 1' } } },
      },
    });
    const { findings } = (await opened.kernel('migrate:lint', 'mail', 'post', '--json')).json() as Linted;
    expect(findings).toMatchObject([{ plugin: 'post', rule: 'opaque-statement', level: 'info' }]);
  });

  it('skips published revisions, unless --all is given', async () => {
    const shipped = await makeProject({
      plugins: {
        likes: { revisions: { '0001_make': 'create table x (y int)', '0002_drop': 'alter table x drop column y' } },
      },
    });
    expect(await shipped.kernel('migrate:lint')).toMatchObject({ code: 13 });
    ok(await shipped.kernel('plugin:build', shipped.folderOf('likes')));
    const { stdout } = ok(await shipped.kernel('migrate:lint', 'likes'));
    expect(stdout).toBe(
      'Nothing to lint: every revision is published (revisions.lock.json). Lint those too: npx kernel migrate:lint --all\n',
    );
    expect(await shipped.kernel('migrate:lint', 'likes', '--all')).toMatchObject({ code: 13 });
  });
});
