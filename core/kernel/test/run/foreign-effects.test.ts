import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import type { RevisionCode } from '../../src/contract/define-revision.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { upgrade } from '../db/support.ts';
import { before, refusalOf, x2 } from './ownership-support.ts';

/** Effects on what is not the plugin's own: the SQL, and the object and its owner that the message must name. */
const foreign: readonly (readonly [sql: string, object: string, owner: string])[] = [
  // Definitions
  ['alter table core_user drop column title', 'column core_user.title', 'core'],
  ['alter table core_user alter column title set default 1', 'column core_user.title', 'core'],
  ['alter table core_log alter column note set not null', 'column core_log.note', 'core'],
  ['alter table core_user alter column title set statistics 10', 'column core_user.title', 'core'],
  ['alter table core_user rename column title to heading', 'column core_user.title', 'core'],
  ['alter table core_user rename to core_person', 'table core_user', 'core'],
  ['alter table core_user set schema core_space', 'table core_user', 'core'],
  ['alter table core_user set (fillfactor = 50)', 'table core_user', 'core'],
  ['alter table core_log set unlogged', 'table core_log', 'core'],
  ['alter table core_user enable row level security', 'table core_user', 'core'],
  ['alter table core_user disable trigger all', 'table core_user', 'core'],
  ['alter table core_user replica identity full', 'table core_user', 'core'],
  ['alter table core_user add constraint x_c check (title <> name)', 'constraint x_c of core_user', 'core'],
  ['alter table likes_like drop constraint likes_like_user_id_fkey', 'likes_like_user_id_fkey', 'likes'],
  ['create index x_i on core_user (title)', 'index x_i of core_user', 'core'],
  ['create unique index x_i on likes_like (user_id, id)', 'index x_i of likes_like', 'likes'],
  ['drop index core_user_name', 'index core_user_name of core_user', 'core'],
  ['alter index core_user_name rename to x_i', 'index core_user_name of core_user', 'core'],
  ['create trigger x_t before update on core_user for each row execute function core_touch()', 'trigger x_t', 'core'],
  ['create rule x_r as on delete to core_user do instead nothing', 'rule x_r of core_user', 'core'],
  ['create policy x_p on core_user using (true)', 'policy x_p of core_user', 'core'],
  ['create statistics x_s on id, name from core_user', 'statistics x_s of core_user', 'core'],
  ['create table x_child () inherits (core_user)', 'partition x_child of core_user', 'core'],
  ["create table x_part partition of core_part for values in ('x')", 'partition x_part of core_part', 'core'],
  ['alter table core_part detach partition core_part_a', 'core_part', 'core'],
  ['drop table likes_like', 'table likes_like', 'likes'],
  ['drop table if exists likes_like', 'table likes_like', 'likes'],
  ['drop view core_names', 'view core_names', 'core'],
  ["create or replace view core_names as select 'x'::text as name", 'view core_names', 'core'],
  ['alter view core_names set (security_barrier = true)', 'view core_names', 'core'],
  [
    'create or replace function core_touch() returns trigger language plpgsql as $$ begin return null; end $$',
    'function core_touch',
    'core',
  ],
  ['alter function core_touch() security definer', 'function core_touch', 'core'],
  ['drop function core_touch()', 'function core_touch', 'core'],
  ["alter type core_mood rename value 'bad' to 'worse'", 'type core_mood', 'core'],
  ['alter type core_mood rename to x_mood', 'type core_mood', 'core'],
  ['alter sequence core_seq increment by 7', 'sequence core_seq', 'core'],
  ['drop sequence core_seq', 'sequence core_seq', 'core'],
  ['drop schema core_space', 'schema core_space', 'core'],
  ['grant select on core_user to public', 'table core_user', 'core'],
  ['grant select (name) on core_user to public', 'column core_user.name', 'core'],
  ["comment on table core_user is 'x'", 'table core_user', 'core'],
  ["comment on column core_user.name is 'x'", 'column core_user.name', 'core'],
  ['create publication x_pub for table core_user', 'publication x_pub', 'core'],
  ['alter table core_user drop column title cascade', 'column core_user.title', 'core'],
  // Rows
  ["update core_user set title = 'x', x_n = 1; delete from likes_like", 'rows of table likes_like', 'likes'],
  ['delete from likes_like', 'rows of table likes_like', 'likes'],
  ['delete from likes_like where id = 1', 'rows of table likes_like', 'likes'],
  ['insert into likes_like (user_id) values (2)', 'rows of table likes_like', 'likes'],
  ['update likes_like set user_id = 2', 'rows of table likes_like', 'likes'],
  ['truncate likes_like', 'rows of table likes_like', 'likes'],
  [
    'with gone as (delete from likes_like returning id) insert into x_a (id) select id + 100 from gone',
    'likes_like',
    'likes',
  ],
  ['merge into likes_like l using x_a a on l.id = a.id when matched then delete', 'rows of table likes_like', 'likes'],
  ["insert into core_log values ('x')", 'rows of table core_log', 'core'],
  ['create table x_b (id int references likes_like (id)); delete from likes_like where id = 3', 'likes_like', 'likes'],
  // The ledger
  ["delete from kernel.ledger where plugin = 'core'", 'rows of table kernel.ledger', 'the kernel'],
  ["update kernel.ledger set raw = 'x'", 'rows of table kernel.ledger', 'the kernel'],
  [
    "insert into kernel.event (kind, plugin, run_id) values ('x', 'x', gen_random_uuid())",
    'rows of table kernel.event',
    'the kernel',
  ],
  ['alter table kernel.ledger add column x int', 'column kernel.ledger.x', 'the kernel'],
  ['create table kernel.x (id int)', 'table kernel.x', 'the kernel'],
  [
    'create trigger x_t before insert on kernel.ledger for each row execute function core_touch()',
    'trigger x_t',
    'the kernel',
  ],
  ['drop table kernel.event', 'table kernel.event', 'the kernel'],
  ['truncate kernel.event', 'rows of table kernel.event', 'the kernel'],
];

describe.each(databaseKinds)('what a revision may not do, on %s,', (kind) => {
  // A refused revision leaves the database as it was, so one serves all.
  let session: Session;
  beforeAll(async () => {
    session = await openSession(await emptyDatabase(kind));
    expect((await upgrade(session, before)).error).toBeNull();
  });
  afterAll(() => session.close());

  it.each(foreign)('is refused: %s', async (sql, object, owner) => {
    const message = await refusalOf(session, x2(sql));
    expect(message).toContain(object);
    expect(message).toContain(owner);
    expect(message).toContain('It was rolled back; nothing was written.');
  });

  it.each(foreign.filter(([sql]) => !sql.includes('$$')))(
    'is refused in a DO block: %s',
    async (sql, object, owner) => {
      const message = await refusalOf(session, x2(`do $x$ begin ${sql}; end $x$`));
      expect(message).toContain(object);
      expect(message).toContain(owner);
    },
  );

  it.each(foreign.filter(([sql]) => !sql.includes(';')))('is refused in a code revision: %s', async (text, object) => {
    const code: RevisionCode = async ({ query, sql }) => {
      await query(sql(Object.assign([text], { raw: [text] })));
    };
    expect(await refusalOf(session, x2(code))).toContain(object);
  });
});
