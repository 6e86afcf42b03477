import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestKernel } from '../../core/dev/src/testing.ts';
import { execute } from '../../core/dev/test/testing/notes.ts';
import { ok, refusalIn } from '../../core/kernel/test/cli/support.ts';
import { emptyDatabase } from '../helper/database.ts';
import { workspaceKernel } from '../helper/kernel-process.ts';
import { makeProject, type PluginSketch, type Project } from '../helper/project.ts';

/** A plugin with a table that has an index of the extension pg_trgm. */
const search: PluginSketch = {
  revisions: {
    '0001_create_note': {
      up: `create extension pg_trgm; create table notes_note (id int generated always as identity primary key, text text);
        create index notes_note_text on notes_note using gin (text gin_trgm_ops);`,
      down: 'drop table notes_note; drop extension pg_trgm;',
    },
  },
};

/** Adds a revision that writes to the table and uses the extension. */
function withNote({ revisions = {} }: PluginSketch): PluginSketch {
  const up = "insert into notes_note (text) values ('hello'); select 1 / (similarity('hello', 'hallo') > 0)::int;";
  return { revisions: { ...revisions, '0002_write_note': { up, down: 'delete from notes_note' } } };
}

/** An array with these elements among others, for `toMatchObject`. */
function matchingAll(...elements: readonly string[]): unknown {
  return expect.arrayContaining([...elements]);
}

function revisionsOf(project: Project): readonly string[] {
  return readdirSync(join(project.folderOf('notes'), 'src/migrations')).toSorted();
}

describe('a revision that creates an extension of PGlite', () => {
  it('runs in memory', async () => {
    const project = await makeProject({ plugins: { notes: withNote(search) } });
    expect(ok(await project.kernel('start', '--once', '--json')).json()).toMatchObject({
      applied: matchingAll('notes@0001_create_note', 'notes@0002_write_note'),
    });
  });

  it('runs in a test kernel, on a new engine and on one that served another application', async () => {
    const project = await makeProject({ kernel: workspaceKernel, plugins: { notes: withNote(search) } });
    for (const plugins of [['notes'], [], ['notes']]) {
      await using app = await startTestKernel({ plugins, cwd: project.cwd, database: 'pglite://' });
      if (plugins.length === 0) continue;
      await execute(app, "insert into notes_note (text) values ('later')");
      expect(await execute(app, 'select text from notes_note order by id')).toEqual([
        { text: 'hello' },
        { text: 'later' },
      ]);
    }
  });

  it('runs in a directory, which the next boot and the next revision can use', async () => {
    const database = await emptyDatabase('pglite');
    const first = await makeProject({ database, plugins: { notes: search } });
    ok(await first.kernel('start', '--once'));
    const second = await makeProject({ database, plugins: { notes: withNote(search) } });
    expect(ok(await second.kernel('start', '--once', '--json')).json()).toMatchObject({
      applied: ['notes@0002_write_note'],
    });
    ok(await second.kernel('migrate:down', 'notes@base'));
  });

  it('runs in the shadow of migrate:create', async () => {
    const project = await makeProject({ plugins: { notes: search } });
    project.write('tags.sql', 'create extension citext; create table notes_tag (name citext primary key);');
    ok(await project.kernel('migrate:create', 'notes', '--name', 'tags', '--sql', 'tags.sql'));
    const file = revisionsOf(project).find((name) => name.includes('tags')) ?? '';
    expect(readFileSync(join(project.folderOf('notes'), 'src/migrations', file), 'utf8')).toContain(
      'create extension citext',
    );
  });

  it('runs in the shadows of migrate:check and migrate:verify', async () => {
    const project = await makeProject({ plugins: { notes: search } });
    // The plugin declares no entities, so its table was made by hand.
    const check = ok(await project.kernel('migrate:check', 'notes', '--json'));
    expect(check.json()).toMatchObject({ drift: [] });
    const verify = ok(await project.kernel('migrate:verify', 'notes', '--json'));
    expect(verify.json()).toMatchObject({ findings: [] });
  });
});

describe('a revision that creates an extension which PGlite does not have', () => {
  const notes: PluginSketch = {
    revisions: { '0001_create_map': 'create extension postgis; create table notes_map ();' },
  };

  it('is refused by an upgrade, by a test kernel and by a shadow', async () => {
    const project = await makeProject({ plugins: { notes } });
    for (const command of [['start', '--once'], ['migrate:up'], ['migrate:verify', 'notes']]) {
      const { code, message } = refusalIn(await project.kernel(...command, '--json'));
      expect(code, command.join(' ')).toBe('EMBEDDED_EXTENSION_MISSING');
      expect(message).toContain('notes@0001_create_map');
    }
    const linked = await makeProject({ kernel: workspaceKernel, plugins: { notes } });
    await expect(startTestKernel({ plugins: ['notes'], cwd: linked.cwd, database: 'pglite://' })).rejects.toMatchObject(
      {
        code: 'EMBEDDED_EXTENSION_MISSING',
      },
    );
  });

  it('is not created', async () => {
    const project = await makeProject({ plugins: { notes: search } });
    project.write('maps.sql', 'create extension postgis;');
    const before = revisionsOf(project);
    const { code, hint } = refusalIn(
      await project.kernel('migrate:create', 'notes', '--name', 'maps', '--sql', 'maps.sql', '--json'),
    );
    expect(code).toBe('EMBEDDED_EXTENSION_MISSING');
    expect(hint).toContain('--shadow postgres://');
    expect(revisionsOf(project)).toEqual(before);
  });
});
