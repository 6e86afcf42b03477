import type { HandWrittenCase } from './hand-written-cases.ts';

const parent = `create table p (id serial, a varchar(9) default 'x', n int, constraint low check (n > 0),
  constraint own check (n < 9) no inherit);`;

/** Tables that join or leave the tables that they inherit from, or that differ from them. */
export const inheritanceCases: readonly HandWrittenCase[] = [
  {
    name: 'table that leaves its parent with nothing that it inherited',
    before: `${parent} create table c (extra int) inherits (p); comment on constraint low on c is 'kept';
      comment on column c.a is 'kept';`,
    after: `${parent} create table c (extra int);`,
  },
  {
    name: 'table that leaves one of two parents',
    before: `${parent} create table q (n int, b int, constraint low check (n > 0), constraint b check (b > 0));
      create table c () inherits (p, q);`,
    after: `${parent} create table q (n int, b int, constraint low check (n > 0), constraint b check (b > 0));
      create table c (extra int) inherits (p);`,
  },
  {
    name: 'new child whose columns differ from those of its parent',
    before: parent,
    after: `${parent} create table c () inherits (p); alter table c alter id drop default, alter a set default 'y', alter a set not null;`,
  },
  {
    name: 'new column that differs in a child',
    before: 'create table p (id int); create table c () inherits (p);',
    after: `create table p (id int, a int default 1); create table c () inherits (p); alter table c alter a set default 5, alter a set not null;`,
  },
  {
    name: 'default of a column that a child does not share',
    before: `${parent} create table c () inherits (p); alter table c alter a set default 'y';`,
    after: `${parent.replace(`varchar(9) default 'x'`, `text default 'z'`)} create table c () inherits (p);
      alter table c alter a set default 'y';`,
  },
  {
    name: 'collation of a column that tables inherit, with the storage of each',
    before: `create table p (a text); create table c () inherits (p); alter table only p alter a set storage main;
      alter table only c alter a set storage external, alter a set compression pglz;`,
    after: `create table p (a text collate "C"); create table c () inherits (p); alter table only p alter a set storage main;
      alter table only c alter a set storage external, alter a set compression pglz;`,
  },
  {
    name: 'comment of an inherited check that changes',
    before: `${parent} create table c () inherits (p);`,
    after: `${parent.replace('n > 0', 'n > 1')} create table c () inherits (p); comment on constraint low on c is 'low';`,
  },
  {
    name: 'check of a child that its parent begins to have',
    before: `create table p (n int); create table c (constraint low check (n > 0)) inherits (p); comment on constraint low on c is 'low';`,
    after: `create table p (n int, constraint low check (n > 0)); create table c () inherits (p); comment on constraint low on c is 'low';`,
  },
  {
    name: 'type of a column that a child declares too',
    before: `${parent} create table c (a varchar(9)) inherits (p);`,
    after: `${parent.replace('varchar(9)', 'varchar(19)')} create table c (a varchar(19)) inherits (p);`,
  },
  {
    name: 'values of an enum whose column a child inherits, with another default',
    before: `create type e as enum ('a', 'b', 'c'); create table p (id int, e e default 'a', es e[] default '{a}');
      create table c (own e default 'b') inherits (p); alter table c alter e set default 'b', alter es drop default;`,
    after: `create type e as enum ('a', 'b'); create table p (id int, e e default 'a', es e[] default '{a}');
      create table c (own e default 'b') inherits (p); alter table c alter e set default 'b', alter es drop default;`,
  },
];
