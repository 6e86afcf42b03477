import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

const core = { revisions: { '0001_user': 'create table core_user (id serial primary key, name text)' } };

/** Revisions of another plugin that must not be published. */
const foreign: readonly (readonly [name: string, up: string, object: string])[] = [
  ['drops a column', 'alter table core_user drop column name', 'column core_user.name'],
  [
    'drops a column by dynamic SQL',
    `do $$ begin execute 'alter table core' || '_user drop column name'; end $$`,
    'column core_user.name',
  ],
  [
    'deletes rows by dynamic SQL, although there are none',
    `do $$ begin execute 'delete from core' || '_user'; end $$`,
    'rows of table core_user',
  ],
  ['changes the ledger', 'delete from kernel.ledger', 'rows of table kernel.ledger'],
];

describe('plugin:build', () => {
  let project: Project;
  const dependsOn = ['core@0001_user'];
  beforeAll(async () => {
    const bad = foreign.map(([, up], i) => [`bad${i}`, { revisions: { '0001_a': { up, dependsOn } } }] as const);
    const good = {
      revisions: {
        '0001_a': {
          dependsOn,
          up: 'create table good_a (id int); alter table core_user add column good_n int; update core_user set good_n = 1',
          down: 'alter table core_user drop column good_n; drop table good_a',
        },
        '0002_b': { up: `do $$ begin execute 'create table good_b (id int)'; end $$`, down: 'drop table good_b' },
        '0003_c': { up: 'create table good_c (id int)', down: 'drop table good_c' },
      },
    };
    project = await makeProject({ plugins: { core, good, ...Object.fromEntries(bad) } });
  });

  it.each(foreign.map(([name, , object], i) => [name, i, object] as const))(
    'refuses a revision that %s of another plugin, and writes nothing',
    async (_, i, object) => {
      const folder = project.folderOf(`bad${i}`);
      const { code, message } = refusalIn(await project.kernel('plugin:build', folder, '--json'));
      expect(code).toBe('PLUGIN_BUILD_UNPROVEN');
      expect(message).toContain(`bad${i}@0001_a: ownership: it`);
      expect(message).toContain(object);
      expect(existsSync(`${folder}/revisions.lock.json`)).toBe(false);
    },
  );

  it('records the effects that the text of a revision proves, in the same bytes each time', async () => {
    const folder = project.folderOf('good');
    ok(await project.kernel('plugin:build', folder));
    const text = readFileSync(`${folder}/dist/headwater.json`, 'utf8');
    const { revisions } = JSON.parse(text) as { revisions: readonly Record<string, unknown>[] };
    expect(revisions.map(({ effects, keepsSession }) => [effects, keepsSession])).toEqual([
      [
        '{"created":[["table","good_a"],["column","id","good_a"],["column","good_n","core_user"]],' +
          '"changed":[],"dropped":[],"renamed":[]}',
        undefined,
      ],
      [undefined, undefined],
      ['{"created":[["table","good_c"],["column","id","good_c"]],"changed":[],"dropped":[],"renamed":[]}', true],
    ]);
    ok(await project.kernel('plugin:build', folder));
    expect(readFileSync(`${folder}/dist/headwater.json`, 'utf8')).toBe(text);
  });
});
