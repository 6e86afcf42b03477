import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, complaintIn, inOrder, ok } from './support.ts';

describe.each(databaseKinds)('changes of the ledger on %s', (kind) => {
  it('kernel migrate:accept shows the difference, and writes it with a reason', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    ok(await project.kernel('migrate:up', 'core'));
    const file = project.fileOf('core@0001_create_objects');
    writeFileSync(file, readFileSync(file, 'utf8').replace('id int primary key', 'id int, primary key (id)'));
    expect(complaintIn(await project.kernel('migrate:up'), 15)).toContain('kernel migrate:accept core@0001');
    const shown = ok(await project.kernel('migrate:accept', 'core@0001')).stdout;
    expect(shown).toMatch(/^\+.*primary key \(id\)/m);
    expect(shown).toContain(
      'Nothing was written. To accept it: npx kernel migrate:accept core@0001_create_objects --apply',
    );
    expect(complaintIn(await project.kernel('migrate:accept', 'core@0001', '--apply'), 2)).toContain('needs --reason');
    const apply = ['migrate:accept', 'core@0001', '--apply', '--reason', 'the same key', '--json'];
    const document = ok(await project.kernel(...apply)).json();
    expectPublished('migrate:accept', document);
    expect(ok(await project.kernel('migrate:history', 'core')).stdout).toMatch(/accepted \d{4}-.*: the same key\n/);
    expect(ok(await project.kernel('migrate:up')).stdout).toMatch(/revisions applied/);
    // This starts many processes, each with its own engine.
  }, 90_000);
});

describe('changes of the ledger', () => {
  it('kernel plugin:rename moves a plugin to the name that its package has now', async () => {
    const database = await emptyDatabase('postgres');
    ok(await (await makeProject({ plugins: community, database })).kernel('migrate:up'));
    const { likes = {}, ...others } = community;
    const stickers = { ...others['stickers'], requires: ['reactions'] };
    const plugins = { ...others, stickers, reactions: { ...likes, formerly: ['likes'] } };
    const project = await makeProject({ plugins, database });
    expect(complaintIn(await project.kernel('start', '--once'), 15)).toContain(
      'npx kernel plugin:rename likes reactions --apply',
    );
    expect(ok(await project.kernel('plugin:rename', 'likes', 'reactions')).stdout).toContain(
      '= likes@0001_create_like → reactions@0001_create_like\n',
    );
    const done = ok(await project.kernel('plugin:rename', 'likes', 'reactions', '--apply', '--json')).json();
    expectPublished('plugin:rename', done);
    expect(done).toMatchObject({ revisions: { length: 2 }, dependents: [inOrder[2]] });
    expect(ok(await project.kernel('migrate:history', 'reactions')).stdout).toMatch(
      /renamed \d{4}-.*likes → reactions/,
    );
  }, 90_000);
});
