import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, inOrder, ok, refusalIn } from './support.ts';

describe.each(databaseKinds)('the commands that show branches, on %s', (kind) => {
  it('tell when, by what and where each revision was applied', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    const told = async (...args: readonly string[]): Promise<string> => ok(await project.kernel(...args)).stdout;
    const data = async (...args: readonly string[]): Promise<unknown> => {
      const document = ok(await project.kernel(...args, '--json')).json();
      expectPublished(args[0] ?? '', document);
      return document;
    };
    ok(await project.kernel('migrate:up', 'likes@0001'));
    const when = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
    const run = `run [0-9a-f-]{36}`;
    expect(await told('migrate:history', 'likes')).toMatch(
      new RegExp(
        `^likes  @headwater/plugin-likes 1\\.0\\.0
  applied  likes@0001_create_like      ${when}  1\\.0\\.0  \\d+ ms
               after core@0001_create_objects
  pending  likes@0002_count_on_object\n$`,
      ),
    );
    expect(await told('migrate:history', '--verbose')).toMatch(new RegExp(`^ {15}${run} on ${hostname()}$`, 'm'));
    expect(await told('migrate:current', '--verbose')).toMatch(
      new RegExp(`^likes@0001_create_like +${when}  1\\.0\\.0  ${hostname()}  ${run}$`, 'm'),
    );
    expect(await data('migrate:current')).toMatchObject({ revisions: [{ id: inOrder[0] }, { id: inOrder[1] }] });
    expect(await told('migrate:show', 'likes@0001')).toMatch(
      new RegExp(`\n  applied     ${when}, by @headwater/plugin-likes 1\\.0\\.0\n  took        \\d+ ms\n  run  `),
    );

    expect(await data('migrate:history', 'core@0002:')).toMatchObject({ revisions: [{ id: inOrder[4] }] });
    expect(await data('migrate:history', ':likes@0001')).toMatchObject({ revisions: [{ id: inOrder[1] }] });
    expect(await data('migrate:history', 'likes@0001:likes')).toMatchObject({
      revisions: [{ id: inOrder[1] }, { id: inOrder[3] }],
    });
    for (const range of ['core@0001:likes', ':', 'likes@9:']) {
      expect(refusalIn(await project.kernel('migrate:history', range, '--json')).exitCode).toBe(2);
    }

    expect(await told('migrate:graph', 'likes')).toMatch(/^flowchart LR\n.*\["0002_count_on_object"\]:::pending\n/s);
    expect(await told('migrate:graph', '--dot', '--offline')).toMatch(/^digraph headwater \{\n.*\n\}\n$/s);
    expect(await data('migrate:graph', '--all')).toMatchObject({ branches: { length: 4 }, edges: { length: 5 } });
    expect(refusalIn(await project.kernel('migrate:graph', 'lkes', '--json'))).toMatchObject({
      code: 'PLUGIN_UNKNOWN',
    });
    // This starts many processes, each with its own engine.
  }, 90_000);

  it('show the difference of a revision that was edited since it was applied', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    ok(await project.kernel('migrate:up'));
    const file = project.fileOf('core@0002_create_users');
    const source = readFileSync(file, 'utf8');
    // White space is no edit.
    writeFileSync(file, source.replace('create table', 'create  table'));
    expect(ok(await project.kernel('migrate:show', 'core@0002')).stdout).not.toContain('edited');
    writeFileSync(file, source.replace('id int', 'id bigint'));
    expect(ok(await project.kernel('migrate:show', 'core@0002')).stdout).toContain(
      '\n-create table core_user (id int primary key)\n+create table core_user (id bigint primary key)\n',
    );
    const document = ok(await project.kernel('migrate:show', 'core@0002', '--json')).json();
    expectPublished('migrate:show', document);
    expect(document).toMatchObject({ edited: { lines: { length: 2 } } });
  }, 60_000);

  it('list several heads, and the command that joins them', async () => {
    const { core } = community;
    const revisions = {
      ...core?.revisions,
      '0002_other': { revises: 'core@0001_create_objects', up: 'create table core_other (id int)' },
    };
    const project = await makeProject({ plugins: { core: { revisions } }, database: await emptyDatabase(kind) });
    const join = 'warning: core has 2 heads. Join them: npx kernel migrate:merge core\n';
    expect(ok(await project.kernel('migrate:heads')).stdout).toBe(`core@0002_create_users\ncore@0002_other\n${join}`);
    expect(ok(await project.kernel('migrate:branches')).stdout).toBe(
      'core  1.0.0  3 revisions  from core@0001_create_objects  to core@0002_create_users, core@0002_other\n\n' +
        `core@0001_create_objects forks into core@0002_create_users and core@0002_other.\n${join}`,
    );
    const documents = ['migrate:heads', 'migrate:branches', 'migrate:graph', 'migrate:current', 'migrate:history'];
    for (const command of documents) {
      expectPublished(command, ok(await project.kernel(command, '--json')).json());
    }
    expect(refusalIn(await project.kernel('migrate:up', '--json'))).toMatchObject({ code: 'SEVERAL_HEADS' });
  }, 60_000);
});
