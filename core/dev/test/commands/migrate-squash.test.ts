import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { emptyDatabase, serverUrl, urlOf } from '../../../../test/helper/database.ts';
import { makeProject } from '../../../../test/helper/project.ts';

const notes = {
  revisions: {
    '0001_note': { up: 'create table note (id int primary key);', down: 'drop table note;' },
    '0002_text': { up: 'alter table note add column text text;', down: 'alter table note drop column text;' },
    '0003_first': { up: `insert into note values (1, 'one');`, down: 'delete from note where id = 1;' },
  },
};
const links = {
  requires: ['notes'],
  revisions: {
    '0001_link': {
      up: 'create table link (note_id int not null references note (id));',
      down: 'drop table link;',
      dependsOn: ['notes@0002_text'],
    },
  },
};

describe('migrate:squash', () => {
  it('writes a squash that the other commands accept, and that a database inside the range arrives at', async () => {
    const target = await emptyDatabase('postgres');
    const project = await makeProject({ plugins: { core: {}, notes, links }, database: urlOf(target) });
    const shadow = ['--shadow', serverUrl('postgres')];
    ok(await project.kernel('migrate:up', 'notes@0002'));
    const tried = ok(await project.kernel('migrate:squash', 'notes', '0001..0003', '--dry-run', ...shadow));
    expect(tried.stdout).toContain(`replaces: ['notes@0001_note', 'notes@0002_text', 'notes@0003_first'],`);
    const made = ok(await project.kernel('migrate:squash', 'notes', '0001..0003', '--json', ...shadow)).json();
    expect(made).toMatchObject({
      plugin: 'notes',
      revision: 'notes@0001_squash_0003_first',
      dependents: [{ id: 'links@0001_link', needs: 'notes@0002_text' }],
      random: [],
    });
    expect(existsSync((made as { readonly file: string }).file)).toBe(true);
    ok(await project.kernel('migrate:lint', '--all'));
    ok(await project.kernel('migrate:verify', 'notes', ...shadow));
    ok(await project.kernel('migrate:check', ...shadow));
    ok(await project.kernel('plugin:build', project.folderOf('notes'), ...shadow));
    const plan = ok(await project.kernel('migrate:plan', '--json')).json();
    expect(plan).toMatchObject({ steps: [{ id: 'links@0001_link' }, { id: 'notes@0003_first' }] });
    ok(await project.kernel('migrate:up'));
    const history = ok(await project.kernel('migrate:history', 'notes'));
    expect(history.stdout).toMatch(/applied +notes@0001_squash_0003_first .*stamped +\(replaces 3 revisions\)/);
    expect(ok(await project.kernel('migrate:show', 'notes@0002')).stdout).toContain('is in its place');
    const again = await project.kernel('migrate:squash', 'notes', '0001..0003', '--json', ...shadow);
    expect(refusalIn(again)).toMatchObject({ code: 'SQUASH_REFUSED' });
    const single = await project.kernel('migrate:squash', 'notes', '0003', '--json', ...shadow);
    expect(refusalIn(single)).toMatchObject({ code: 'SQUASH_REFUSED' });
  });
});
