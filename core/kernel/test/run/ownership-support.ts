import { expect } from 'vitest';
import type { Session } from '../../src/db/session.ts';
import { applied, branch, revision, upgrade, type Sketch } from '../db/support.ts';

/** The tables of two plugins on which a third one depends. */
const others = [
  ...branch(
    'core',
    `create table core_user (id serial primary key, name text not null, title text);
     create table core_part (id int, kind text) partition by list (kind);
     create table core_part_a partition of core_part for values in ('a');
     create type core_mood as enum ('good', 'bad');
     create index core_user_name on core_user (name);
     create sequence core_seq;
     create schema core_space;
     insert into core_user (name) values ('ada'), ('bob')`,
    `create function core_touch() returns trigger language plpgsql as $$ begin new.title := 'touched'; return new; end $$`,
    'create view core_names as select name from core_user',
    'create table core_log (note text)',
  ),
  ...branch(
    'likes',
    `create table likes_like (id serial primary key, user_id int references core_user (id) on delete cascade);
     insert into likes_like (user_id) values (1), (1), (2)`,
  ),
];

/** The first revision of the plugin x. */
const x1 = revision({
  id: 'x@0001',
  dependsOn: ['core@0001', 'likes@0001'],
  up: `create table x_a (id int primary key, user_id int references core_user (id), n int);
    alter table core_user add column x_n int;
    alter table core_part add column x_p int;
    insert into x_a (id) values (1), (2)`,
});

/** A second revision of the plugin x. */
export const x2 = (up: Sketch['up'], down?: Sketch['up']) =>
  revision({ id: 'x@0002', revises: 'x@0001', up, ...(down !== undefined && { down }) });

/** The revisions that are applied before. */
export const before = [...others, x1];

async function rowsOf(session: Session): Promise<unknown> {
  return session.query(
    `select (select count(*)::int from likes_like) as likes, (select count(*)::int from core_user where title is null) as users,
      (select count(*)::int from kernel.ledger where plugin = 'core') as ledger`,
  );
}

/** Runs a revision that must be refused. Returns its message, and what was written. */
export async function refusalOf(session: Session, second: ReturnType<typeof revision>): Promise<string> {
  const found = await rowsOf(session);
  const { error } = await upgrade(session, [...before, second]);
  const details = { revision: 'x@0002', plugin: 'x', direction: 'up' };
  expect(error).toMatchObject({ code: 'OWNERSHIP_VIOLATED', exitCode: 35, details });
  expect(await rowsOf(session)).toEqual(found);
  expect(await applied(session)).toEqual(before.map(({ id }) => id));
  return `${error?.message} ${error?.written}`;
}
