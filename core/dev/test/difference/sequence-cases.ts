import type { HandWrittenCase } from './hand-written-cases.ts';

const t = 'create table t (id int primary key, n int, m int);';
const u = 'create table u (id int primary key, n int);';
const owned = `create sequence s increment 5 owned by t.n; comment on sequence s is 'numbers'; grant usage on sequence s to public;`;
const withSerial = `create table t (id int, n serial); comment on sequence t_n_seq is 'numbers'; alter sequence t_n_seq increment 2;
  grant usage on sequence t_n_seq to public;`;
const free = `create sequence s increment 5; comment on sequence s is 'numbers'; grant usage on sequence s to public;`;

/** Sequences that belong to a column, and defaults of any form and place that use them. */
export const sequenceCases: readonly HandWrittenCase[] = [
  {
    name: 'sequence of a column inside the expression of its default',
    before: t,
    after: `${t} ${owned} alter table t alter n set default nextval('s') + 1;`,
  },
  {
    name: 'new tables with sequences that serial would not create',
    before: '',
    after: `create table a (id int primary key, n int, m int not null, number text, code numeric);
      create sequence a_n owned by a.n; alter table a alter n set default nextval('a_n');
      create sequence a_m owned by a.m; alter table a alter m set default nextval('a_m'); comment on sequence a_m is 'named';
      create sequence a_number owned by a.number; alter table a alter number set default 'INV-' || nextval('a_number');
      create sequence a_code owned by a.code; alter table a alter code set default nextval('a_code');
      create unlogged table b (n int); create sequence b_n owned by b.n; alter table b alter n set default nextval('b_n') * 2;
      create table old (id serial primary key, n int generated always as identity (increment 3)); alter table old rename to new;
      create table other (id int generated always as identity (sequence name numbers));`,
  },
  {
    name: 'new columns with sequences that serial would not create',
    before: 'create table a (id int primary key);',
    after: `create table a (id int primary key, n int, m int not null, i int not null generated always as identity (sequence name a_i));
      create sequence a_n owned by a.n; alter table a alter n set default nextval('a_n') - 1;
      create sequence a_m owned by a.m; alter table a alter m set default nextval('a_m');`,
  },
  {
    name: 'new tables whose defaults use the sequences of other columns',
    before: '',
    after: `create table t (id serial primary key, i int generated always as identity, n int, m int default nextval('t_id_seq'));
      create sequence s owned by t.n; alter table t alter n set default nextval('s');
      create table a (n int default nextval('t_id_seq'), m int default nextval('t_i_seq') + 1, o text default nextval('s'));`,
  },
  {
    name: 'existing tables whose defaults use the sequences of a new table',
    before: 'create table a (n int, m int, o int);',
    after: `create table t (id serial primary key, i int generated always as identity, n int);
      create sequence s owned by t.n; create table a (n int default nextval('t_id_seq'),
      m int default nextval('t_i_seq') + 1, o int default nextval('s') + 1);`,
  },
  {
    name: 'column whose sequence a default of another table keeps',
    before: `${t} ${u} ${owned} alter table u alter n set default nextval('s') + 1;`,
    after: `create table t (id int primary key, m int); ${u} ${free} alter table u alter n set default nextval('s') + 1;`,
  },
  {
    name: 'serial column whose sequence a default of another table keeps',
    before: `${withSerial} create table u (n int default nextval('t_n_seq') + 1);`,
    after: `create table t (id int); create sequence t_n_seq as int increment 2; comment on sequence t_n_seq is 'numbers';
      create table u (n int default nextval('t_n_seq') + 1);`,
  },
  {
    name: 'table and its sequence, which the default of another table used',
    before: `${t} ${u} ${owned} alter table t alter n set default nextval('s'); alter table u alter n set default nextval('s') + 1;`,
    after: u,
  },
  {
    name: 'identity that becomes serial while a default uses its sequence',
    before: `create table t (id int generated always as identity, n int default nextval('t_id_seq')); create table u (n int default nextval('t_id_seq') + 1);`,
    after: `create table t (id serial, n int default nextval('t_id_seq')); create table u (n int default nextval('t_id_seq') + 1);`,
  },
  {
    name: 'sequence that moves to another column',
    before: `${t} ${u} ${owned} alter table t alter n set default nextval('s') + 1;`,
    after: `${t} ${u} ${owned} alter table t alter n set default nextval('s') + 1; alter sequence s owned by u.n;
      alter table u alter n set default nextval('s'), alter n set not null;`,
  },
  {
    name: 'serial columns that exchange their sequences',
    before: 'create table t (a serial, b serial);',
    after: `create table t (a int not null, b int not null); create sequence t_b_seq as int owned by t.a;
      create sequence t_a_seq as int owned by t.b; alter table t alter a set default nextval('t_b_seq'), alter b set default nextval('t_a_seq');`,
  },
  {
    name: 'serial column whose default becomes an expression',
    before: withSerial,
    after: `${withSerial} alter table t alter n set default nextval('t_n_seq') + 3;`,
  },
  {
    name: 'type of a column whose default is an expression over its sequence',
    before: `${t} ${owned} alter table t alter n set default nextval('s') + 2;`,
    after: `${t.replace('n int', 'n bigint')} ${owned} alter table t alter n set default nextval('s') + 2;`,
  },
  {
    name: 'column with two sequences of its own',
    before: t,
    after: `${t} ${owned} create sequence r owned by t.n; alter table t alter n set default nextval('s') + nextval('r');`,
  },
  {
    name: 'sequences of columns of a child, a partition and a foreign table',
    before: `${t} create table c () inherits (t); create table p (id int, n int) partition by list (id);
      create table q partition of p for values in (1); create foreign data wrapper w; create server x foreign data wrapper w;`,
    after: `${t} create table c () inherits (t); create table p (id int, n int) partition by list (id);
      create table q partition of p for values in (2); create foreign data wrapper w; create server x foreign data wrapper w;
      create foreign table f (id int, n int) server x; create sequence c_n owned by c.n; alter table c alter n set default nextval('c_n');
      create sequence p_n owned by p.n; alter table p alter n set default nextval('p_n') + 1;
      create sequence q_n owned by q.n; alter table q alter n set default nextval('q_n') + 2; create sequence f_n owned by f.n;`,
  },
  {
    name: 'partition that is created again while it owns a sequence',
    before: `create table p (id int, n int) partition by list (id); create table q partition of p for values in (1);
      create sequence s owned by q.n; alter table q alter n set default nextval('s') + 2;`,
    after: `create table p (id int, n int) partition by list (id); create table q partition of p for values in (2);
      create sequence s owned by q.n; alter table q alter n set default nextval('s') + 2;`,
  },
  {
    name: 'table with a sequence of its own that becomes unlogged',
    before: `${t} ${owned} alter table t alter n set default nextval('s') + 1;`,
    after: `${t.replace('table', 'unlogged table')} ${owned} alter table t alter n set default nextval('s') + 1;`,
  },
  {
    name: 'sequence of a column that stays logged while its table becomes unlogged',
    before: `${t} ${owned}`,
    after: `${t.replace('table', 'unlogged table')} ${owned} alter sequence s set logged;`,
  },
  {
    name: 'sequence whose bounds no longer contain its start, under a default',
    before: `${t} create sequence s cycle; alter table t alter n set default nextval('s');`,
    after: `${t} create sequence s increment -1 minvalue -9 maxvalue -3; alter table t alter n set default nextval('s');`,
  },
  {
    name: 'views, functions and policies over the sequence of a column',
    before: t,
    after: `${t} ${owned} create view v as select nextval('s') as n; create policy p on t using (n < nextval('s'));
      create function f() returns bigint begin atomic select nextval('s'); end; alter table t alter n set default f();`,
  },
  {
    name: 'sequence of a column in another schema, with names that need quotes',
    before: `create schema "S"; create table "S"."T x" (id int, "N y" int);`,
    after: `create schema "S"; create table "S"."T x" (id int, "N y" int); create sequence "S"."Q.z" owned by "S"."T x"."N y";
      alter table "S"."T x" alter "N y" set default nextval('"S"."Q.z"') + 1; comment on sequence "S"."Q.z" is 'quoted';`,
  },
];
