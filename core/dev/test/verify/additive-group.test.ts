import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closureOf, subsetOf } from '../../src/authoring/plugin-subset.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { verifyBranch } from '../../src/verify/verify-branch.ts';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';
import type { PluginSketch } from '../../../../test/helper/project.ts';
import { core, loadPlugins } from '../authoring/plugin-sets.ts';

const base = { up: 'create table note (id int); create table tag (id int);', down: 'drop table note, tag;' };
const column = (name: string) => ({
  up: `alter table note add column ${name} int;`,
  down: `alter table note drop column ${name};`,
});
/** Its `down` drops something else than its `up` creates. */
const wrong = (name: string) => ({ ...column(name), down: 'alter table note drop column if exists other;' });

describe.each(databaseKinds)('revisions that only create objects, proven together on %s,', (kind) => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow(kind === 'pglite' ? null : testDatabase(kind));
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  async function verified(
    revisions: NonNullable<PluginSketch['revisions']>,
    others: Readonly<Record<string, PluginSketch>> = {},
  ): Promise<readonly object[]> {
    const set = await loadPlugins({ core, ...others, notes: { revisions, requires: Object.keys(others) } });
    const target = { ...shadow, plugins: set.plugins };
    const findings = await verifyBranch(target, 'notes', subsetOf(set, closureOf(set, 'notes')), () => {});
    return findings.map(({ rule, revision, differences }) => ({ rule, revision, differences }));
  }

  const numberOf = async (table: 'run' | 'ledger'): Promise<number> => {
    const [row] = await shadow.session.query<{ n: number }>(`select count(*)::int as n from kernel.${table}`);
    return row?.n ?? 0;
  };

  it('run in one upgrade, which leaves them applied', async () => {
    expect(await verified({ '0001': base, '0002': column('a'), '0003': column('b'), '0004': column('c') })).toEqual([]);
    expect([await numberOf('run'), await numberOf('ledger')]).toEqual([1, 4]);
  });

  it('do not hide two downs whose errors cancel each other', async () => {
    const revisions = {
      '0001': { ...base, down: 'drop table note; drop table if exists tag;' },
      '0002': { ...column('a'), down: 'alter table note drop column a; drop table tag;' },
    };
    expect(await verified(revisions)).toEqual([
      { rule: 'undo', revision: 'notes@0002', differences: ['drop table tag'] },
    ]);
  });

  it('do not hide a down whose error is gone with the table of an earlier one', async () => {
    expect(await verified({ '0001': base, '0002': column('a'), '0003': wrong('b'), '0004': column('c') })).toEqual([
      { rule: 'undo', revision: 'notes@0003', differences: ['add column note.b int'] },
    ]);
  });

  it('are each named, if several of them are wrong', async () => {
    const revisions = {
      '0001': base,
      '0002': wrong('a'),
      '0003': column('b'),
      '0004': wrong('c'),
      '0005': column('d'),
    };
    expect(await verified(revisions)).toMatchObject([
      { rule: 'undo', revision: 'notes@0002' },
      { rule: 'undo', revision: 'notes@0004' },
    ]);
  });

  it('do not hide a down that fails while later revisions are applied', async () => {
    const revisions = { '0001': base, '0002': { ...column('a'), down: 'drop table nothing;' }, '0003': column('b') };
    expect(await verified(revisions)).toMatchObject([{ rule: 'undo', revision: 'notes@0002' }]);
  });

  it('do not hide rows of a down that an earlier down removes', async () => {
    const revisions = {
      '0001': base,
      '0002': {
        up: 'create unique index note_id on note (id);',
        down: 'drop index note_id; insert into note values (1), (1);',
      },
      '0003': column('b'),
    };
    expect(await verified(revisions)).toMatchObject([{ rule: 'undo', revision: 'notes@0002' }]);
  });

  it('accept a down that creates an object again', async () => {
    const revisions = {
      '0001': { up: `${base.up} create view v as select id from note;`, down: 'drop view v; drop table note, tag;' },
      '0002': {
        ...column('a'),
        down: 'drop view v; alter table note drop column a; create view v as select id from note;',
      },
      '0003': column('b'),
    };
    expect(await verified(revisions)).toEqual([]);
  });

  it('run with nothing but what each of them depends on', async () => {
    const other: PluginSketch = {
      revisions: {
        '0001': 'create table other (id int primary key);',
        '0002': 'create table late (id int primary key);',
      },
    };
    const refer = (table: string) => ({
      up: `create table note_${table} (id int references ${table});`,
      down: `drop table note_${table};`,
    });
    const revisions = {
      '0001': base,
      '0002': { ...refer('other'), dependsOn: ['other@0001'] },
      '0003': column('a'),
      '0004': refer('late'),
    };
    expect(await verified(revisions, { other })).toMatchObject([{ rule: 'alone', revision: 'notes@0004' }]);
    const edge = { ...revisions, '0004': { ...refer('late'), dependsOn: ['other@0002'] } };
    expect(await verified(edge, { other })).toEqual([]);
  });

  it('are decided by their catalogs while an event trigger may run code', async () => {
    const trigger = {
      up: `create function f() returns event_trigger language plpgsql as 'begin end';
        create event trigger t on ddl_command_end execute function f();`,
      down: 'drop event trigger t; drop function f();',
    };
    const revisions = { '0001': base, '0002': trigger, '0003': column('a'), '0004': wrong('b') };
    expect(await verified(revisions)).toEqual([
      { rule: 'undo', revision: 'notes@0004', differences: ['add column note.b int'] },
    ]);
  });
});
