import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSession, type Session } from '../../../kernel/src/db/session.ts';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { lintStatements } from '../../src/lint/statement-rules.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';

/** The database that holds the objects, with rows. */
const setup = `
  create schema shop;
  create type mood as enum ('sad', 'ok', 'fine');
  create type "Kind" as enum ('a', 'b');
  create domain code as varchar(8); create domain score as int check (value > 0); create domain shop.grade as int; create type pair as (a int, b text);
  create table "user" (id serial primary key, email varchar(99) not null, "Full Name" text, mood mood, kind "Kind",
    score int default 0, code code, made timestamp, tags text[], span interval(3));
  create table post (id int primary key, author int, title text not null, body text, slug text);
  create table shop.item (id int primary key, owner int, name varchar(20));
  create table shop.vendor (id int primary key, name text unique);
  create table shop.offer (vendor int references shop.vendor, name text references shop.vendor (name));
  create table log (id int not null, day date not null, v int, u int) partition by range (day);
  create table log_1 partition of log for values from ('2024-01-01') to ('2024-02-01');
  create table log_2 partition of log for values from ('2024-02-01') to ('2024-03-01');
  create table log_3 (id int not null, day date not null, v int, u int);
  create table region (name text, n int) partition by list (name);
  create table region_x (name text, n int);
  create materialized view totals as select author, count(*) as n from post group by author;
  create materialized view ranked as select id, title from post;
  create unique index ranked_key on ranked (id);
  create view titles as select id, title from post;
  create index post_title on post (title);
  create unique index post_slug_author on post (slug, author);
  insert into "user" (email, "Full Name", mood, kind, code, made) values ('a@b', 'A', 'ok', 'a', 'x', now());
  insert into post values (1, 1, 'T', 'B', 's');
  insert into shop.item values (1, 1, 'N');
  insert into log values (1, '2024-01-05', 1, 1), (2, '2024-02-05', 2, 1);
  insert into log_3 values (3, '2024-03-05', 3, 1);
  insert into region_x values ('x', 1);
`;

/** SQL whose findings all have safer forms, with the text for the gaps that only an author can fill. */
const cases: [sql: string, gap?: string][] = [
  // data-loss
  ['drop table post cascade'],
  ['drop table shop.item'],
  ['drop schema shop cascade'],
  ['drop type mood cascade'],
  ['alter table post drop column body, drop column slug'],
  ['alter table "user" drop column "Full Name"'],
  ['delete from post', 'false'],
  ['truncate post', 'false'],
  ['with gone as (delete from post returning *) insert into shop.item select id, author, title from gone', 'false'],
  ['alter table post alter body type varchar(20) using left(body, 3)'],
  // rename
  ['alter table post rename to article'],
  ['alter table post set schema shop'],
  ['alter table shop.item rename to thing'],
  ['alter view titles rename to headings'],
  ['alter table "user" rename "Full Name" to name'],
  ['alter table "user" rename span to length'],
  ['alter table post rename body to a; alter table post rename a to b'],
  ['alter table shop.vendor rename id to number'],
  // index-not-concurrent
  ['create index on post (author)'],
  ['create unique index on post (lower(title), author) where author > 0'],
  ['create index if not exists i on shop.item using btree (name desc nulls last)'],
  ['create index "My Index" on only "user" ("Full Name") include (email) with (fillfactor = 70)'],
  ['create index on log (v)'],
  ['create unique index log_key on public.log (id, day)'],
  // enum-value-removed
  [`drop type mood cascade; create type mood as enum ('ok', 'fine')`],
  [`drop type "Kind" cascade; create type "Kind" as enum ('a')`],
  [
    `alter type mood rename to old; create type mood as enum ('sad', 'ok', 'fine', 'new');
     alter table "user" alter mood type mood using mood::text::mood; drop type old`,
  ],
  // enum-value-in-transaction
  [`alter type mood add value 'new'; update "user" set mood = 'new' where id = 1`],
  // narrower-type and table-rewrite
  ['alter table "user" alter email type varchar(9)'],
  ['alter table "user" alter score type smallint'],
  ['alter table "user" alter span type interval(0)'],
  ['alter table "user" alter email type "Kind" using email::"Kind"'],
  ['alter table "user" alter tags type varchar(9)[]'],
  ['alter table shop.item alter owner type bigint'],
  ['alter table shop.vendor alter id type bigint'],
  ['alter table "user" alter made type timestamptz'],
  ['alter table "user" add column n uuid not null default gen_random_uuid() unique'],
  [
    `alter table "user" add column n text collate "C" default 'a, b)' || random()::text check (length(n) > 1), add m int`,
  ],
  ['alter table shop.item add column n bigserial'],
  ['alter table post add column n int generated by default as identity (start with 5)'],
  [`alter table post add column n text generated always as (title || ', (' || coalesce(body, ')')) stored`],
  ['alter table shop.item add column "Twice" int generated always as ((id * 2)) stored not null'],
  [`alter table post drop column slug, add column slug text generated always as (lower(title)) stored`],
  // not-null-without-default
  ['alter table post add column n int not null'],
  [
    'alter table post add column n varchar(9) not null, add column m timestamptz not null, add column o text[] not null',
  ],
  ['alter table post add column n mood not null', `'ok'`],
  // long-lock
  ['alter table post alter author set not null'],
  ['alter table log alter v set not null, alter u set not null'],
  ['alter table post add foreign key (author) references "user"'],
  [
    'alter table post add constraint "Author" foreign key (author) references "user" (id) on delete cascade deferrable initially deferred',
  ],
  // A constraint that takes the place of another one, or that is over a column of the same statement
  [
    'alter table shop.offer drop constraint offer_vendor_fkey, add constraint offer_vendor_fkey foreign key (vendor) references shop.vendor on delete cascade',
  ],
  ['alter table post add n int not null default 1, add constraint c check (n > 0 and id > 0)'],
  ['alter table post add "User" int, add foreign key ("User") references "user"'],
  // Of two keys, a foreign key references one
  ['alter table shop.vendor alter name type varchar(9)'],
  ['alter table log add foreign key (u) references "user" (id) on delete cascade'],
  ['alter table log add column w int default 1 references "user"'.replace('log', 'post')],
  [`alter table post add check (title <> ')' and length(title) > 0 /* ) */), add constraint c check (id > 0)`],
  ['alter table log add constraint positive check (v > 0)'],
  ['alter table post add column n int default 1 constraint c check (n > 0) not null'],
  [
    'alter table post add unique (author), add constraint "Two" unique nulls not distinct (title, author) include (body)',
  ],
  ['alter table post add constraint k unique (author) with (fillfactor = 70) deferrable initially deferred'],
  ['alter table post add column n int unique'],
  ['alter table log add unique (id, day)'],
  ['alter table log add constraint log_pk primary key (id, day)'],
  ['alter table post drop constraint post_pkey; alter table post add primary key (id)'],
  ['alter table post drop constraint post_pkey; alter table post add primary key (author, title)'],
  ['alter table post drop constraint post_pkey; alter table post add primary key using index post_slug_author'],
  ['refresh materialized view ranked'],
  ['refresh materialized view totals', 'author'],
  ['reindex table post'],
  ['reindex (verbose) index post_title'],
  ['vacuum full post'],
  ['alter domain code set not null'],
  [`alter domain code add check (value <> '')`],
  [`alter domain score add check (value < 9)`],
  ['alter domain shop.grade add check (value < 9)'],
  [`alter domain code add constraint "No Blank" check (value <> ' ')`],
  [`alter table log attach partition log_3 for values from ('2024-03-01') to ('2024-04-01')`],
  [`alter table log attach partition log_3 for values from ('2024-03-01') to (maxvalue)`],
  [`alter table region attach partition region_x for values in ('x', 'y')`],
  ['alter table log detach partition log_1'],
];

/** One step of a safer form: a script, or the text of a revision that runs outside a transaction. */
type Step = { readonly kind: 'script' | 'up' | 'check'; readonly text: string };

function stepsOf(safer: string): readonly Step[] {
  const steps: Step[] = [];
  const pattern = /^(up|check|down): sql`([^`]*)`,$|^transaction: false,$/gm;
  let at = 0;
  const script = (text: string): void => void (/^(?!\s*--)\s*\S/m.test(text) && steps.push({ kind: 'script', text }));
  for (const found of safer.matchAll(pattern)) {
    const [all, field, text = ''] = found;
    script(safer.slice(at, found.index));
    at = found.index + all.length;
    if (field === 'up' || field === 'check') steps.push({ kind: field, text });
  }
  script(safer.slice(at));
  return steps;
}

/** Forms that PostgreSQL cannot offer: a finding for each has no safer form. */
const withoutForm = [
  'cluster post using post_pkey',
  'lock table post',
  'alter table post add exclude using btree (id with =)',
  'drop owned by current_user',
  'alter table log add column n int default 1 references "user"',
  `alter table region attach partition region_x default`,
  'reindex system postgres',
  // Only a table gets another column without its users noticing.
  'alter view titles rename column title to heading',
  'alter type pair rename attribute a to c',
  // The table is rewritten for an enum that loses a value, and that has a form of its own.
  `alter type mood rename to old; create type mood as enum ('ok', 'fine');
   alter table "user" alter mood type mood using mood::text::mood; drop type old`,
  `create type new as enum ('a'); alter table "user" alter kind type new using kind::text::new; drop type "Kind";
   alter type new rename to "Kind"`,
];

describe.each(databaseKinds)('on %s a safer form', (kind) => {
  let session: Session;
  beforeAll(async () => {
    const inMemory = { kind: 'pglite', directory: null, shown: 'pglite://' } as const;
    session = await openSession(kind === 'pglite' ? inMemory : await emptyDatabase(kind));
  });
  afterAll(() => session.close());
  beforeEach(async () => {
    await session.script('drop schema public cascade; drop schema if exists shop cascade; create schema public');
    await session.script(setup);
  });

  it.each(cases)('of this SQL runs: %s', async (sql, gap) => {
    const findings = await lintStatements(sql, { history: await historyOf(`core@1: ${setup}`) });
    expect(findings.length).toBeGreaterThan(0);
    for (const [i, { safer, rule }] of findings.entries()) {
      if (i > 0) {
        await session.script('drop schema public cascade; drop schema if exists shop cascade; create schema public');
        await session.script(setup);
      }
      expect(safer, rule).not.toBeNull();
      expect(safer?.includes('…') === true && gap === undefined, `a gap in ${safer}`).toBe(false);
      for (const { kind: step, text } of stepsOf((safer ?? '').replaceAll('…', gap ?? ''))) {
        const problem = await (
          step === 'check' ? session.query<Record<string, unknown>>(text) : session.script(text).then(() => null)
        ).catch((error: unknown) => error);
        if (problem instanceof Error) throw new Error(`${rule}: ${problem.message} in\n${text}`, { cause: problem });
        if (step === 'check') expect(problem, text).toMatchObject([{}]);
      }
    }
  });

  it.each(withoutForm)('is missing where there is none: %s', async (sql) => {
    const findings = await lintStatements(sql, { history: await historyOf(`core@1: ${setup}`) });
    expect(findings.map(({ safer }) => safer)).toContain(null);
  });
});
