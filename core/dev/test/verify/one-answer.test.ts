import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { replayUp } from '../../src/shadow/replay.ts';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import { isKernelError } from '../../../kernel/src/error/kernel-codes.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { lint, type Sketch } from '../lint/support.ts';

const before: readonly Sketch[] = [
  {
    id: 'core@0001_user',
    up: `create table core_user (id int primary key, name text); create table core_log (note text);
      create table core_part (id int, kind text) partition by list (kind);
      create type core_mood as enum ('good');
      create function core_touch() returns trigger language plpgsql as $$ begin return new; end $$;
      create view core_names as select name from core_user;`,
  },
  {
    id: 'x@0001_a',
    dependsOn: ['core@0001_user'],
    up: `create table x_a (id int primary key, n int); create view x_v as select id, n from x_a;
      create table x_parts (k int, v text) partition by list (k); create table x_parts_1 partition of x_parts for values in (1);
      alter table core_user add column x_n int, add column x_note text;`,
  },
];

const trigger = 'for each row execute function core_touch()';

/** SQL of the plugin `x` that stays within its own objects. */
const own: readonly string[] = [
  // Tables that are made, renamed and dropped within the revision
  'create table x_new (id int, n int); insert into x_new select id, n from x_a; drop view x_v; drop table x_a; alter table x_new rename to x_a; insert into x_a values (1, 2)',
  'create table x_b (id int); insert into x_b values (1); alter table x_b rename to x_c; update x_c set id = 2; drop table x_c',
  'drop view x_v; alter table x_a rename to x_old; create table x_a (id int); insert into x_a select id from x_old; drop table x_old',
  'create table x_b as select id from x_a; delete from x_b; alter table x_b rename id to k; update x_b set k = 1',
  // Temporary tables
  'create temp table x_ids on commit drop as select id from core_user; update x_a set n = 1 where id in (select id from x_ids)',
  'create temp table core_user (id int); insert into core_user values (1); drop table core_user',
  'create temporary table ids (id int); alter table ids rename to more; insert into more values (1); truncate more',
  // Own views and partitions
  'insert into x_v values (5, 6)',
  'create view x_w as select id, n from x_a; insert into x_w values (7, 8); drop view x_w',
  "insert into x_parts values (1, 'a'); update x_parts_1 set v = 'b'; delete from x_parts",
  'create table x_parts_2 partition of x_parts for values in (2); insert into x_parts_2 values (2); alter table x_parts detach partition x_parts_1; drop table x_parts_1',
  // Columns renamed in the same text
  'alter table x_a rename n to m; update x_a set m = 1; alter table x_a alter m set default 2',
  'alter table core_user rename x_n to x_m; update core_user set x_m = 1; alter table core_user alter x_m set default 2',
  'alter table core_user rename x_n to x_m; create index x_i on core_user (x_m); alter table core_user add constraint x_c check (x_m > 0) not valid',
  // Over own columns on another's table
  `create trigger x_t before update of x_n on core_user ${trigger}`,
  `create trigger x_t before insert on core_user for each row when (new.x_n > 0) execute function core_touch()`,
  `create trigger x_t before update of x_n on core_user ${trigger}; alter trigger x_t on core_user rename to x_u; drop trigger x_u on core_user`,
  'create index x_i on core_user (x_n)',
  'create index x_i on core_user (name, x_n)',
  'create index x_i on core_user (lower(x_note)); drop index x_i',
  'create index x_i on core_user (x_n); alter index x_i rename to x_j; drop index x_j',
  'alter table core_user add constraint x_c check (x_n > 0) not valid; alter table core_user validate constraint x_c; alter table core_user drop constraint x_c',
  'alter table core_user add column x_c int; create unique index x_i on core_user (x_c); update core_user set x_c = id',
  'create statistics x_s on x_n, name from core_user',
];

/** SQL of the plugin `x` that touches what core owns. */
const foreign: readonly string[] = [
  'insert into core_log values (1)',
  'delete from core_log',
  'create temp table core_log (note text); drop table core_log; delete from core_log',
  'alter table core_user rename name to title',
  'alter table core_user rename to core_person',
  'drop view core_names',
  `create trigger x_t before update on core_user ${trigger}`,
  `create trigger x_t before update of name on core_user ${trigger}`,
  `create trigger x_t before insert on core_log ${trigger}`,
  'create index x_i on core_user (name)',
  'create index x_i on core_log (lower(note))',
  'alter table core_user add constraint x_c check (length(name) > 0) not valid',
  "alter type core_mood add value 'bad'",
  "create table x_part partition of core_part for values in ('a')",
  'create table x_child () inherits (core_log)',
];

const revision = (up: string): Sketch => ({ id: 'x@0002_b', dependsOn: ['core@0001_user'], up });

describe('lint gives the answer of the rule book', () => {
  const violations = async (up: string): Promise<number> =>
    (await lint([...before, revision(up)])).filter(({ rule }) => rule === 'foreign-object').length;

  it.each(own)('and allows: %s', async (up) => expect(await violations(up)).toBe(0));

  it.each(foreign)('and reports: %s', async (up) => expect(await violations(up)).toBeGreaterThan(0));
});

describe.each(databaseKinds)(
  'a run gives the answer of the rule book, in create, verify and build too, on %s,',
  (kind) => {
    let shadow: Shadow;
    beforeAll(async () => {
      shadow = await openShadow(kind === 'postgres' ? serverUrl('postgres') : null);
    });
    afterAll(() => shadow[Symbol.asyncDispose]());

    const answer = async (up: string): Promise<string> => {
      await shadow.empty();
      const revisions = [...before, revision(up)].map(({ id, dependsOn = [], up: text }, i) => {
        const [plugin = '', slug = ''] = id.split('@');
        const made = { id, revises: i === 2 ? 'x@0001_a' : null, dependsOn, up: { ...sql``, text: text ?? '' } };
        return checkRevision(defineRevision(made), plugin, slug, `${slug}.ts`);
      });
      await replayUp(shadow, revisions.slice(0, 2));
      try {
        await replayUp(shadow, revisions.slice(2));
        return 'allowed';
      } catch (error) {
        return isKernelError(error, 'OWNERSHIP_VIOLATED') ? 'refused' : String(error);
      }
    };

    it.each(own)('and allows: %s', async (up) => expect(await answer(up)).toBe('allowed'));

    it.each(foreign)('and refuses: %s', async (up) => expect(await answer(up)).toBe('refused'));
  },
);
