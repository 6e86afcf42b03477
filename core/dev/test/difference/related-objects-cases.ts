import type { HandWrittenCase } from './hand-written-cases.ts';

/** Puts the type of a column into a schema: a change of the column while other objects depend on it. */
const retyped = (name: string, schema: (type: string) => string): HandWrittenCase => ({
  name,
  before: schema('varchar(20)'),
  after: schema('varchar(30)'),
});

const pair = `create table a (id int primary key, b int); create table b (id int primary key, a int references a);
  alter table a add foreign key (b) references b; create table c (id int references a);`;

const overSource = `create view w as select id from source; create view ww as select id from w;
  create function f() returns bigint language sql begin atomic select count(*) from source; end;
  create function g(source) returns int language sql as 'select 1';`;

const sequences = `create sequence s increment 5; comment on sequence s is 'numbers';
  create table t (id int default nextval('s'), n int default nextval('s')); create table u (id int default nextval('s'));
  create sequence free; grant usage on sequence free to public;`;

/** Changes of objects that depend on each other in ways that PostgreSQL does not record, or records elsewhere. */
export const relatedObjectsCases: readonly HandWrittenCase[] = [
  retyped(
    'column that tables inherit, under their views, policies and indexes',
    (
      type,
    ) => `create table p (id int, name ${type}); create table c (x int) inherits (p); create table d () inherits (c);
    create view v as select name from d; create view w as select name from v; create index i on c (lower(name));
    create policy q on c using (name <> '');`,
  ),
  retyped(
    'column of a partitioned table, under objects of its partitions',
    (type) => `create table p (id int, name ${type}) partition by list (id);
    create table q partition of p for values in (1) partition by list (id); create table r partition of q default;
    create view v as select name from r; create policy o on q using (name <> '');`,
  ),
  {
    name: 'table that becomes a view while others depend on it',
    before: `create table t (id int, n int); create table source (id int, n int); ${overSource}`,
    after: `create table t (id int, n int); create view source as select id, n from t; ${overSource}`,
  },
  {
    name: 'tables that reference each other and become unlogged',
    before: pair,
    after: pair.replaceAll('create table', 'create unlogged table'),
  },
  {
    name: 'chain of tables that become unlogged',
    before: `create table a (id int primary key); create table b (a int references a);`,
    after: `create unlogged table a (id int primary key); create unlogged table b (a int references a);`,
  },
  {
    name: 'sequences that begin to belong to columns',
    before: sequences,
    after: `${sequences} alter sequence s owned by t.id; alter sequence free owned by u.id;`,
  },
  {
    name: 'foreign key over periods of time',
    before: `create table room (id int4range, at daterange, primary key (id, at without overlaps));
      create table stay (room int4range, at daterange);`,
    after: `create table room (id int4range, at daterange, primary key (id, at without overlaps));
      create table stay (room int4range, at daterange,
        constraint stay_room foreign key (room, period at) references room (id, period at));`,
  },
  {
    name: 'domain with checks that were never validated',
    before: 'create table t (n int);',
    after: `create domain d as int not null default 5 constraint low check (value > 0);
      alter domain d add constraint high check (value < 100) not valid; create table t (n int, d d);`,
  },
  {
    name: 'column with the index that is the replica identity of its table',
    before: `create table t (n int, a int not null); create unique index x on t (a);
      alter table t replica identity using index x;`,
    after: 'create table t (n int);',
  },
  {
    name: 'checks, default and nullability of a domain that columns use',
    before: `create domain d as int constraint low check (value > 0) constraint odd check (value % 2 = 1);
      comment on domain d is 'number'; create table t (d d); create view v as select d from t;`,
    after: `create domain d as int default 3 not null constraint "not null" check (value > 1)
      constraint odd check (value % 2 = 1); comment on domain d is 'number'; create table t (d d);
      create view v as select d from t;`,
  },
  {
    name: 'function whose text names a new view, under a policy and another view',
    before: 'create table t (id int);',
    after: `create table t (id int); create view z as select id from t;
      create function f() returns boolean language sql as 'select exists (select from z)';
      create policy p on t using (f()); create view a as select f();`,
  },
];
