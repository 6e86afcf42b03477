import fc from 'fast-check';
import type { RevisionCode } from '../../src/contract/define-revision.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { quoteLiteral } from '../../src/sql/quote.ts';
import { revision } from '../db/support.ts';

/** A role that owns nothing and may create objects in `public`. The databases of random histories have it. */
export const writerRole = 'histories_writer';

const plugins = ['core', 'likes', 'mail', 'tags'] as const;

/** One random decision about a history: the next revision of a plugin. */
export interface Edit {
  readonly plugin: number;
  readonly body: string;
  /** Whether it begins with the header of a dump and names its objects with their schema. */
  readonly hasHeader: boolean;
  /** Whether it runs its statements by code. */
  readonly isCode: boolean;
  /** Changes to the session before and after its own statements. */
  readonly before: readonly Trace[];
  readonly after: readonly Trace[];
  /** Further edges to earlier revisions. */
  readonly edges: readonly number[];
  readonly dice: number;
}

/** A change to the session. */
interface Trace {
  readonly kind: string;
  readonly dice: number;
}

/** A random history. */
export interface History {
  readonly edits: readonly Edit[];
  /** A revision that fails. */
  readonly failure: (Pick<Edit, 'plugin' | 'isCode'> & { readonly position: number; readonly kind: string }) | null;
  /** Whether some revisions use dynamic SQL that a search of their text does not find. */
  readonly hides: boolean;
  /** Seeds of the random orders. */
  readonly orders: readonly number[];
}

/** The revisions of a history, in the order in which they were written. */
export interface Revisions {
  readonly revisions: readonly Revision[];
  /** The statements of each revision, even of those that run them by code. */
  readonly texts: ReadonlyMap<string, string>;
  /** The revision that fails; `null` if all succeed. */
  readonly failing: string | null;
}

/** Settings that change what later statements mean, what they store or what they print, with a value. */
const settings: readonly (readonly [name: string, value: string])[] = [
  ['timezone', 'Asia/Tokyo'],
  ['datestyle', 'German, DMY'],
  ['datestyle', 'SQL, DMY'],
  ['intervalstyle', 'sql_standard'],
  ['intervalstyle', 'iso_8601'],
  ['bytea_output', 'escape'],
  ['extra_float_digits', '-9'],
  ['standard_conforming_strings', 'off'],
  ['default_text_search_config', 'simple'],
  ['xmlbinary', 'hex'],
  ['array_nulls', 'off'],
  ['transform_null_equals', 'on'],
  ['quote_all_identifiers', 'on'],
  ['default_tablespace', 'pg_default'],
  ['default_table_access_method', 'heap'],
  ['default_toast_compression', 'pglz'],
  ['check_function_bodies', 'off'],
  ['timezone_abbreviations', 'Australia'],
  ['enable_seqscan', 'off'],
  ['work_mem', '64kB'],
  ['plan_cache_mode', 'force_generic_plan'],
  ['lock_timeout', '5s'],
  ['statement_timeout', '50s'],
  ['client_min_messages', 'error'],
  ['histories.custom', 'set'],
];

/** Settings under which the statements of this revision would fail or leave out something. */
const harshSettings: readonly (readonly [name: string, value: string])[] = [
  ['search_path', ''],
  ['search_path', 'pg_catalog'],
  ['search_path', 'pg_temp, public'],
  ['search_path', 'public, pg_catalog'],
  ['xmloption', 'document'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_read_only', 'on'],
  ['default_transaction_deferrable', 'on'],
  ['session_replication_role', 'replica'],
  ['row_security', 'off'],
  ['client_encoding', 'LATIN1'],
  ['restrict_nonsystem_relation_kind', 'view'],
  ['role', writerRole],
  ['session_authorization', writerRole],
];

/** Statements of a change to the session. `slot` is its position in the revision; names that contain it are unique. */
type MakeTrace = (slot: number, dice: number) => readonly string[];

function assign([name, value]: readonly [string, string], dice: number): readonly string[] {
  const text = quoteLiteral(value);
  const forms = [
    `set ${name} = ${text}`,
    `set local ${name} = ${text}`,
    `select pg_catalog.set_config(${quoteLiteral(name)}, ${text}, false)`,
    `select pg_catalog.set_config(${quoteLiteral(name)}, ${text}, true)`,
  ];
  return [forms[dice % forms.length] ?? ''];
}

/** Changes to the session after which the statements of the revision still work. */
const mildTraces: Readonly<Record<string, MakeTrace>> = {
  setting: (_, dice) => assign(pick(settings, dice), dice >> 5),
  'setting and reset': (_, dice) => [...assign(pick(settings, dice), dice >> 5), `reset ${pick(settings, dice)[0]}`],
  'table dropped at commit': (slot) => [`create temp table keep${slot} on commit drop as select 1 as id`],
  'table emptied at commit': (slot) => [`create temp table keep${slot} (id serial) on commit delete rows`],
  'table that stays': (slot) => [`create temp table keep${slot} on commit preserve rows as select 1 as id`],
  'temporary view': (slot) => [`create temp view keep${slot} as select 1 as id`],
  'temporary type': (slot) => [`create type pg_temp.keep${slot} as enum ('a')`],
  'temporary function': (slot) => [
    `create function pg_temp.f${slot}() returns int language sql as 'select 1'`,
    `select pg_temp.f${slot}()`,
  ],
  'temporary sequence': (slot) => [`create temp sequence keep${slot}`, `select nextval('keep${slot}')`],
  'deferred temporary key': (slot) => [
    `create temp table keep${slot} (id int primary key, up int references keep${slot} deferrable initially deferred)`,
    'set constraints all deferred',
    `insert into keep${slot} values (1, 2)`,
    `insert into keep${slot} values (2, 1)`,
  ],
  'prepared statement': (slot) => [`prepare p${slot} as select 1`, `execute p${slot}`],
  cursor: (slot, dice) => [
    `declare c${slot} ${dice % 2 === 0 ? 'scroll' : ''} cursor ${dice % 3 === 0 ? '' : 'with hold'} for select 1 as id`,
    `fetch c${slot}`,
  ],
  channel: (slot) => [`listen h${slot}`, `notify h${slot}, 'said'`],
  'advisory lock': (_, dice) => [
    `select ${pick(['pg_advisory_lock(7)', 'pg_advisory_lock_shared(7)', 'pg_advisory_xact_lock(8)'], dice)}`,
  ],
  'caught error': () => ['do $$ begin perform 1 / 0; exception when others then null; end $$'],
  'constraint modes': (_, dice) => [`set constraints all ${dice % 2 === 0 ? 'deferred' : 'immediate'}`],
};

/** Changes to the session that only make sense at the end of a revision. */
const harshTraces: Readonly<Record<string, MakeTrace>> = {
  'harsh setting': (_, dice) => assign(pick(harshSettings, dice), dice >> 4),
  'shadowing table': (_, dice) => [
    `create temp table if not exists ${pick(plugins, dice)}_${pick(['base', 'item', 'log'], dice >> 2)} as select 1 as id`,
  ],
};

/** The lines that pg_dump writes before the first object. */
const dumpHeader: readonly string[] = [
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
  'set transaction_timeout = 0',
  `set client_encoding = 'UTF8'`,
  'set standard_conforming_strings = on',
  `select pg_catalog.set_config('search_path', '', false)`,
  'set check_function_bodies = false',
  'set xmloption = content',
  'set client_min_messages = warning',
  'set row_security = off',
  `set default_tablespace = ''`,
  'set default_table_access_method = heap',
];

/** The state of a plugin's branch that later revisions build on. */
interface BranchState {
  readonly ids: readonly string[];
  readonly enums: readonly { readonly name: string; readonly values: number; readonly unused: string | null }[];
  /** Tables with a deferrable key. */
  readonly keys: readonly string[];
  /** Indexes on the plugin's table of items. */
  readonly indexes: readonly string[];
  readonly sequences: readonly string[];
}

/** The circumstances of a revision's own statements. */
interface Context {
  readonly plugin: string;
  /** A number that no other revision has. */
  readonly n: number;
  readonly dice: number;
  /** Returns the name of an object in `public`. */
  readonly name: (object: string) => string;
  readonly state: BranchState;
  /** Whether a transaction of the history may be rolled back and run again: one revision fails or hides what it does. */
  readonly restarts: boolean;
  /** Returns statements as dynamic SQL that a search of the text does not find, if the history hides what it does. */
  readonly hide: (statement: string, ...words: readonly string[]) => string;
}

/** The statements of a revision, and what they change in the state of its branch. */
interface Body {
  readonly statements: readonly string[];
  readonly state?: Partial<BranchState>;
  /** The check of a revision that runs outside a transaction. */
  readonly check?: string;
  /** Plugins whose first revision it depends on. */
  readonly needs?: readonly string[];
}

type MakeBody = (context: Context) => Body;

/**
 * Inserts rows with a number, a time and a note. Their ids are not from a sequence: a sequence keeps the values that it
 * gave to a transaction that was rolled back, so rows may get other ids if a transaction has to run again.
 */
function insertItems(table: string, rows: string): string {
  return `insert into ${table} select (select coalesce(max(id), 0) from ${table}) + row_number() over (), item.*
    from (${rows}) item(n, at, note)`;
}

/** Every plugin begins with a table that never changes, a table of items and a log. */
function baseStatements(plugin: string): readonly string[] {
  return [
    `create table ${plugin}_base (id int primary key, name text not null)`,
    `insert into ${plugin}_base select i, '${plugin} ' || i from generate_series(1, 3) i`,
    `create table ${plugin}_item (id int primary key, n int, at timestamptz, note text)`,
    insertItems(`${plugin}_item`, `values (1, '2020-01-01 00:00'::timestamptz, 'one'), (2, '2020-07-01 12:00', 'two')`),
    `create table ${plugin}_log (line text)`,
  ];
}

const bodies: Readonly<Record<string, MakeBody>> = {
  // What its statements mean and print depends on the settings of the session.
  sensitive: ({ plugin, n, name }) => ({
    statements: [
      `create table ${name(`${plugin}_seen${n}`)} as select
        '2020-02-03 04:05:06'::timestamptz as at, '2020-02-03 04:05:06+00'::timestamptz::text as printed,
        '2020-02-03 04:05:06 EST'::timestamptz as abbreviated, '01/02/03'::date as day,
        interval '1 year 2 months 3 days 4:05:06'::text as span, '\\x4142'::bytea::text as bytes,
        (1::float8 / 3)::text as third, length('a\\nb') as length, ('{NULL,a}'::text[])[1] is null as empty,
        (nullif(1, 1) = null) is null as unknown, to_tsvector('the running dogs')::text as words,
        'pg_class'::regclass::text as class, xmlelement(name a, '\\x4142'::bytea)::text as xml,
        current_schemas(false)::text as path, current_user::text as "user", session_user::text as login,
        nullif(current_setting('histories.custom', true), '') as custom,
        current_setting('transaction_read_only') as read_only, current_setting('transaction_isolation') as isolation,
        current_setting('session_replication_role') as replication, current_setting('row_security') as row_security,
        current_setting('check_function_bodies') as bodies, current_setting('search_path') as search_path`,
      `insert into ${name(`${plugin}_log`)} select xmlparse(content 'content')::text`,
    ],
  }),
  // What an earlier revision left in the session would show here.
  leftovers: ({ plugin, n, name }) => ({
    statements: [
      `create table ${name(`${plugin}_left${n}`)} as select
        (select count(*)::int from pg_prepared_statements where name ~ '^p\\d') as prepared,
        (select count(*)::int from pg_cursors where name ~ '^c\\d') as cursors,
        (select count(*)::int from pg_listening_channels()) as channels,
        (select count(*)::int from pg_class where relpersistence = 't' and relname !~ '^keep') as temporary,
        (select count(*)::int from pg_locks where locktype = 'advisory' and objid = 7 and pid = pg_backend_pid()) as locks`,
      `do $$ begin perform lastval(); raise 'lastval is left'; exception when object_not_in_prerequisite_state then null; end $$`,
    ],
  }),
  table: ({ plugin, n, dice, name }) => ({
    statements: [
      `create table ${name(`${plugin}_t${n}`)} (
        id ${pick(['serial', 'bigserial', 'int generated always as identity', 'int generated by default as identity'], dice)} primary key,
        a int default 1 check (a > 0), b varchar(20) ${dice % 3 === 0 ? 'unique' : ''}, c numeric(9, 2) not null default 0,
        d int generated always as (a * 2) stored, base int references ${name(`${plugin}_base`)} on delete cascade)`,
      `insert into ${name(`${plugin}_t${n}`)} (b, base) select 'b' || i, i % 3 + 1 from generate_series(1, 4) i`,
      `comment on table ${name(`${plugin}_t${n}`)} is 'table ${n}'`,
    ],
  }),
  'partitioned table': ({ plugin, n, name }) => ({
    statements: [
      `create table ${name(`${plugin}_t${n}`)} (id int not null, at timestamptz not null) partition by range (at)`,
      `create table ${name(`${plugin}_t${n}_early`)} partition of ${name(`${plugin}_t${n}`)}
        for values from (minvalue) to ('2020-06-01')`,
      `create table ${name(`${plugin}_t${n}_late`)} partition of ${name(`${plugin}_t${n}`)} default`,
      `insert into ${name(`${plugin}_t${n}`)} values (1, '2020-05-31 23:30'), (2, '2020-06-01 00:30')`,
      `create index on ${name(`${plugin}_t${n}`)} (at)`,
    ],
  }),
  schema: ({ plugin, n }) => ({
    statements: [
      `create schema ${plugin}_s${n} create table note (id int primary key) create view notes as select id from note`,
      `insert into ${plugin}_s${n}.note values (1)`,
      `comment on schema ${plugin}_s${n} is 'schema ${n}'`,
    ],
  }),
  'data by insert': ({ plugin, n, dice, name }) => ({
    statements: [
      insertItems(
        name(`${plugin}_item`),
        `select i, '2021-01-01'::timestamptz + i * interval '36 hours', 'item ' || i from generate_series(1, ${(dice % 5) + 1}) i`,
      ),
      `insert into ${name(`${plugin}_log`)} select 'insert ${n}: ' || max(id) || ' ' || (select count(*) from ${name(`${plugin}_log`)})
        from ${name(`${plugin}_item`)}`,
    ],
  }),
  'data by update': ({ plugin, n, dice, name }) => ({
    statements: [
      `update ${name(`${plugin}_item`)} set n = n * 2 + ${n}, note = note || '!' where id % 2 = ${dice % 2}`,
      `with gone as (delete from ${name(`${plugin}_item`)} where n > 200 returning id)
        insert into ${name(`${plugin}_log`)} select 'deleted ' || id from gone`,
    ],
  }),
  'random data': ({ plugin, dice, name }) => ({
    statements: [
      `select setseed(${(dice % 10) / 10})`,
      insertItems(
        name(`${plugin}_item`),
        `select (random() * 100)::int, null::timestamptz, null from generate_series(1, 3)`,
      ),
    ],
  }),
  truncate: ({ plugin, dice, name }) => ({
    statements: [
      `truncate ${name(`${plugin}_item`)} ${dice % 2 === 0 ? 'restart identity' : ''}`,
      insertItems(name(`${plugin}_item`), `values (0, null::timestamptz, 'first')`),
    ],
  }),
  sequence: ({ plugin, n, dice, name, state, restarts }) => {
    const known = state.sequences.at(-1);
    if (known !== undefined && !restarts && dice % 2 === 0) {
      return {
        statements: [`insert into ${name(`${plugin}_log`)} select nextval('${name(known)}') || ' ' || lastval()`],
      };
    }
    const made = `${plugin}_q${n}`;
    return {
      statements: [
        `create sequence ${name(made)} start 10 increment 5`,
        `insert into ${name(`${plugin}_log`)} select nextval('${name(made)}')`,
        `select setval('${name(made)}', 100)`,
        `insert into ${name(`${plugin}_log`)} select nextval('${name(made)}') || ' ' || lastval()`,
      ],
      state: { sequences: [...state.sequences, made] },
    };
  },
  enum: ({ plugin, n, dice, name, state, hide }) => {
    const known = state.enums.at(-1);
    if (known === undefined || (known.unused === null && dice % 5 === 0)) {
      const type = `${plugin}_e${n}`;
      return {
        statements: [
          `create type ${name(type)} as enum ('v1', 'v2')`,
          `create table ${name(`${type}_row`)} (v ${name(type)} default 'v1', w ${name(type)}[])`,
          `insert into ${name(`${type}_row`)} (w) values (array['v2']::${name(type)}[])`,
        ],
        state: { enums: [...state.enums, { name: type, values: 2, unused: null }] },
      };
    }
    const type = name(known.name);
    const others = state.enums.slice(0, -1);
    if (known.unused !== null) {
      const value = quoteLiteral(known.unused);
      return {
        statements: [
          `insert into ${name(`${known.name}_row`)} values (${value})`,
          pick(
            [
              `alter table ${name(`${known.name}_row`)} alter column v set default ${value}`,
              `create index ${known.name}_i${n} on ${name(`${known.name}_row`)} (v) where v = ${value}`,
              `create view ${name(`${known.name}_w${n}`)} as select v from ${name(`${known.name}_row`)} where v > ${value}`,
            ],
            dice,
          ),
        ],
        state: { enums: [...others, { ...known, unused: null }] },
      };
    }
    const value = `v${known.values + 1}`;
    const add = `alter type ${type} add value '${value}' ${pick(['', `before 'v2'`, `after 'v1'`], dice)}`;
    return {
      statements: [pick([add, `do $$ begin ${add}; end $$`, hide(add, 'type')], dice >> 2)],
      state: { enums: [...others, { ...known, values: known.values + 1, unused: value }] },
    };
  },
  'renamed enum value': ({ plugin, n, name }) => ({
    statements: [
      `create type ${name(`${plugin}_e${n}`)} as enum ('old')`,
      `create table ${name(`${plugin}_r${n}`)} as select 'old'::${name(`${plugin}_e${n}`)} as v`,
      `alter type ${name(`${plugin}_e${n}`)} rename value 'old' to 'new'`,
    ],
  }),
  index: ({ plugin, n, dice, name, state }) => ({
    statements: [
      `create ${pick(
        [
          `index ${plugin}_i${n} on ${name(`${plugin}_item`)} (n desc nulls last)`,
          `index ${plugin}_i${n} on ${name(`${plugin}_item`)} (lower(note)) where n > 0`,
          `unique index ${plugin}_i${n} on ${name(`${plugin}_item`)} (id, n) include (note)`,
          `index ${plugin}_i${n} on ${name(`${plugin}_item`)} using hash (note)`,
          `index ${plugin}_i${n} on ${name(`${plugin}_item`)} using gin (to_tsvector('english', note))`,
        ],
        dice,
      )}`,
    ],
    state: { indexes: [...state.indexes, `${plugin}_i${n}`] },
  }),
  'concurrent index': ({ plugin, n, dice, state }) => {
    const [old] = state.indexes;
    if (old !== undefined && dice % 3 === 0) {
      return {
        statements: [`drop index concurrently ${old}`],
        check: `select to_regclass('${old}') is null`,
        state: { indexes: state.indexes.slice(1) },
      };
    }
    return {
      statements: [`create index concurrently ${plugin}_i${n} on ${plugin}_item (n, note)`],
      check: `select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('${plugin}_i${n}')), false)`,
      state: { indexes: [...state.indexes, `${plugin}_i${n}`] },
    };
  },
  'deferrable key': ({ plugin, n, dice, name, state, hide }) => {
    const key = state.keys.at(-1);
    if (key === undefined || dice % 4 === 0) {
      const made = `${plugin}_k${n}`;
      const create = `create table ${name(made)} (id int primary key, up int references ${name(made)} deferrable initially deferred,
        place int unique deferrable initially deferred)`;
      return {
        statements: [dice % 3 === 0 ? hide(create, 'deferrable') : create],
        state: { keys: [...state.keys, made] },
      };
    }
    return {
      statements: [
        `insert into ${name(key)} values (${n} * 10, ${n} * 10 + 1, ${n} * 10)`,
        `insert into ${name(key)} values (${n} * 10 + 1, ${n} * 10, ${n} * 10 + 1)`,
        `update ${name(key)} set place = place + 1 where id >= ${n} * 10`,
      ],
    };
  },
  trigger: ({ plugin, n, dice, name, hide }) => {
    const call = `for each row execute function ${name(`${plugin}_f${n}`)}()`;
    const on = `on ${name(`${plugin}_item`)}`;
    return {
      statements: [
        `create function ${name(`${plugin}_f${n}`)}() returns trigger language plpgsql as $$ begin
          insert into public.${plugin}_log values ('f${n} ' || tg_op || ' ' || coalesce(new.n::text, '-')); return new; end $$`,
        pick(
          [
            `create trigger ${plugin}_g${n} after insert or update ${on} ${call}`,
            `create trigger ${plugin}_g${n} before update of n ${on} for each row when (old.n > 1) execute function ${name(`${plugin}_f${n}`)}()`,
            `create constraint trigger ${plugin}_g${n} after insert ${on} deferrable initially deferred ${call}`,
            hide(
              `create constraint trigger ${plugin}_g${n} after insert ${on} deferrable initially deferred ${call}`,
              'deferrable',
              'trigger',
            ),
          ],
          dice,
        ),
        insertItems(name(`${plugin}_item`), `values (${n}, null::timestamptz, 'of trigger ${n}')`),
        `insert into ${name(`${plugin}_log`)} select 'after ${n}: ' || count(*) from ${name(`${plugin}_log`)}`,
      ],
    };
  },
  function: ({ plugin, n, dice, name }) => ({
    statements: [
      `create function ${name(`${plugin}_f${n}`)}(a int default 1) returns int language ${dice % 2 === 0 ? 'sql' : 'plpgsql'}
        ${dice % 3 === 0 ? 'immutable strict' : 'stable'} ${dice % 5 === 0 ? 'set search_path from current' : ''} as
        ${dice % 2 === 0 ? `'select a + ${n}'` : `'begin return a + ${n}; end'`}`,
      `insert into ${name(`${plugin}_log`)} select ${name(`${plugin}_f${n}`)}()`,
      `comment on function ${name(`${plugin}_f${n}`)}(int) is 'function ${n}'`,
    ],
  }),
  view: ({ plugin, n, dice, name }) => ({
    statements: [
      dice % 2 === 0
        ? `create view ${name(`${plugin}_w${n}`)} with (security_barrier) as
            select id, at::date as day, '2020-01-01 00:00'::timestamptz as since from ${name(`${plugin}_item`)}`
        : `create materialized view ${name(`${plugin}_w${n}`)} as select count(*) as n, min(at)::text as first from ${name(`${plugin}_item`)}`,
      `grant select on ${name(`${plugin}_w${n}`)} to ${writerRole}`,
    ],
  }),
  types: ({ plugin, n, name }) => ({
    statements: [
      `create type ${name(`${plugin}_c${n}`)} as (a int, b text)`,
      `create domain ${name(`${plugin}_d${n}`)} as int default 3 constraint positive check (value > 0)`,
      `create type ${name(`${plugin}_n${n}`)} as range (subtype = float8)`,
      `create table ${name(`${plugin}_y${n}`)} (c ${name(`${plugin}_c${n}`)}, d ${name(`${plugin}_d${n}`)}, n ${name(`${plugin}_n${n}`)})`,
      `insert into ${name(`${plugin}_y${n}`)} values (row(1, 'x'), default, '[1.5,2.5)')`,
    ],
  }),
  'altered table': ({ plugin, n, dice, name }) => ({
    statements: pick(
      [
        [
          `alter table ${name(`${plugin}_item`)} add column a${n} int not null default ${n}`,
          `comment on column ${name(`${plugin}_item`)}.a${n} is 'column ${n}'`,
        ],
        [
          `alter table ${name(`${plugin}_item`)} add column t${n} text`,
          `alter table ${name(`${plugin}_item`)} alter column t${n} type timestamptz using t${n}::timestamptz`,
        ],
        [
          `alter table ${name(`${plugin}_item`)} add column g${n} int`,
          `alter table ${name(`${plugin}_item`)} drop column g${n}`,
        ],
        [
          `alter table ${name(`${plugin}_log`)} enable row level security`,
          `create policy ${plugin}_o${n} on ${name(`${plugin}_log`)} for select to ${writerRole} using (line <> '')`,
        ],
        [
          `alter table ${name(`${plugin}_item`)} set (fillfactor = ${50 + (n % 50)})`,
          `alter table ${name(`${plugin}_item`)} alter column note set statistics ${n}, alter column note set storage external`,
          `alter table ${name(`${plugin}_item`)} replica identity full`,
        ],
        [
          `create rule ${plugin}_u${n} as on update to ${name(`${plugin}_log`)} do instead nothing`,
          `create statistics ${name(`${plugin}_x${n}`)} (ndistinct) on n, note from ${name(`${plugin}_item`)}`,
        ],
      ],
      dice,
    ),
  }),
  'owned by another role': ({ plugin, n, name }) => ({
    statements: [
      `set local role ${writerRole}`,
      `create table ${name(`${plugin}_z${n}`)} (id int)`,
      `insert into ${name(`${plugin}_z${n}`)} values (${n})`,
    ],
  }),
  'column of another plugin': ({ plugin, n, dice, name }) => {
    const other = pick(plugins, dice);
    if (other === plugin) return { statements: [`insert into ${name(`${plugin}_log`)} values ('own ${n}')`] };
    return {
      statements: [
        `alter table ${name(`${other}_base`)} add column ${plugin}_a${n} int default ${n}`,
        `create index ${plugin}_i${n} on ${name(`${other}_base`)} (${plugin}_a${n})`,
      ],
      needs: [other],
    };
  },
  'rows of another plugin': ({ plugin, n, dice, name }) => {
    const other = pick(plugins, dice);
    return {
      statements: [
        `create table ${name(`${plugin}_j${n}`)} (id int primary key references ${name(`${other}_base`)} ${dice % 2 === 0 ? '' : 'deferrable'}, name text)`,
        `insert into ${name(`${plugin}_j${n}`)} select id, upper(name) from ${name(`${other}_base`)}`,
      ],
      ...(other !== plugin && { needs: [other] }),
    };
  },
};

/** Statements that fail, whatever came before. Some would succeed if an earlier revision left something. */
const failures: Readonly<Record<string, (plugin: string) => readonly string[]>> = {
  'division by zero': (plugin) => [`insert into ${plugin}_log values ('lost')`, 'select 1 / 0'],
  'duplicate key': (plugin) => [`insert into ${plugin}_base values (1, 'again')`],
  'deferred key': (plugin) => [
    `create table ${plugin}_bad (id int primary key, up int references ${plugin}_bad deferrable initially deferred)`,
    `insert into ${plugin}_bad values (1, 2)`,
  ],
  'temporary table of another revision': () => ['select * from keep10'],
  'prepared statement of another revision': () => ['execute p10'],
  'cursor of another revision': () => ['fetch c10'],
  'value of a sequence': () => [`select lastval()`],
  'undefined column': (plugin) => [`alter table ${plugin}_item drop column nowhere`],
  'transaction control': (plugin) => [`insert into ${plugin}_log values ('x')`, 'commit'],
  'statement outside transactions': (plugin) => [`create index concurrently on ${plugin}_item (n)`],
  'foreign key': (plugin) => [
    `create table ${plugin}_bad (id int references ${plugin}_base)`,
    `insert into ${plugin}_bad values (99)`,
  ],
};

function pick<Item>(items: readonly Item[], dice: number): Item {
  const item = items[dice % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

const dice = fc.integer({ min: 0, max: 2 ** 20 });

function traces(kinds: readonly string[], maxLength: number): fc.Arbitrary<readonly Trace[]> {
  return fc.array(fc.record({ kind: fc.constantFrom(...kinds), dice }), { maxLength });
}

/** Statements that show what an earlier revision left, or that only matter in several revisions of a plugin. */
const revealing = ['sensitive', 'leftovers', 'enum', 'deferrable key', 'concurrent index', 'trigger', 'data by insert'];

const edits: fc.Arbitrary<Edit> = fc.record({
  plugin: fc.nat(plugins.length - 1),
  body: fc.oneof(fc.constantFrom(...revealing), fc.constantFrom(...Object.keys(bodies))),
  hasHeader: fc.nat(3).map((n) => n === 0),
  isCode: fc.nat(4).map((n) => n === 0),
  before: traces(Object.keys(mildTraces), 2),
  after: traces([...Object.keys(mildTraces), ...Object.keys(harshTraces), ...Object.keys(harshTraces)], 3),
  edges: fc.array(fc.nat(100), { maxLength: 1 }),
  dice,
});

/** Random histories. */
export const randomHistory: fc.Arbitrary<History> = fc.record({
  edits: fc.array(edits, { minLength: 4, maxLength: 14 }),
  failure: fc.option(
    fc.record({
      position: fc.nat(20),
      plugin: fc.nat(plugins.length - 1),
      kind: fc.constantFrom(...Object.keys(failures)),
      isCode: fc.nat(3).map((n) => n === 0),
    }),
    { freq: 3 },
  ),
  hides: fc.nat(2).map((n) => n === 0),
  orders: fc.tuple(dice, dice, dice),
});

/** Returns the revisions of a history, in the order in which they were written. */
export function revisionsOf({ edits: planned, failure, hides }: History): Revisions {
  const states = new Map<string, BranchState>();
  const revisions: Revision[] = [];
  const texts = new Map<string, string>();
  const add = (
    plugin: string,
    dependsOn: readonly string[],
    statements: readonly string[],
    { isCode = false, check }: { readonly isCode?: boolean; readonly check?: string | undefined } = {},
  ): string => {
    const state = states.get(plugin) ?? { ids: [], enums: [], keys: [], indexes: [], sequences: [] };
    const id = `${plugin}@${String(state.ids.length + 1).padStart(4, '0')}`;
    const foreign = [...new Set(dependsOn)].filter((other) => !other.startsWith(`${plugin}@`));
    const text = statements.join(';\n');
    const outside = check !== undefined && { transaction: false, check };
    const up = isCode ? codeOf(statements) : text;
    revisions.push(revision({ id, revises: state.ids.at(-1) ?? null, dependsOn: foreign, up, ...outside }));
    texts.set(id, text);
    states.set(plugin, { ...state, ids: [...state.ids, id] });
    return id;
  };
  const begin = (plugin: string): BranchState => {
    if (!states.has(plugin)) add(plugin, [], baseStatements(plugin));
    const state = states.get(plugin);
    if (state === undefined) throw new Error(`${plugin} has no base`);
    return state;
  };
  let failing: string | null = null;
  const position = failure === null ? -1 : failure.position % planned.length;
  planned.forEach((edit, i) => {
    const plugin = pick(plugins, edit.plugin);
    if (failure !== null && i === position) {
      const bad = pick(plugins, failure.plugin);
      begin(bad);
      failing = add(bad, [], failures[failure.kind]?.(bad) ?? [], failure);
    }
    const state = begin(plugin);
    const isOutside = edit.body === 'concurrent index';
    const context: Context = {
      plugin,
      n: i + 1,
      dice: edit.dice,
      name: (object) => (edit.hasHeader && !isOutside ? `public.${object}` : object),
      state,
      restarts: failure !== null || hides,
      hide: (statement, ...words) => (hides ? hidden(statement, words) : statement),
    };
    const body = bodies[edit.body]?.(context) ?? { statements: [] };
    const needs = (body.needs ?? []).map((other) => begin(other).ids[0] ?? '');
    const extra = edit.edges.flatMap((edge) => revisions[edge % revisions.length]?.id ?? []);
    const statements = isOutside
      ? body.statements
      : [
          ...(edit.hasHeader ? dumpHeader : []),
          // It shows what an earlier revision left, so it changes nothing itself.
          ...(['leftovers', 'deferrable key'].includes(edit.body) ? [] : edit.before).flatMap(
            ({ kind, dice: chance }, slot) => mildTraces[kind]?.(slot, chance) ?? [],
          ),
          ...body.statements,
          ...edit.after.flatMap(({ kind, dice: chance }, slot) => traceOf(kind)(slot + 10, chance)),
        ];
    add(plugin, [...needs, ...extra], statements, { isCode: edit.isCode && !isOutside, check: body.check });
    states.set(plugin, { ...(states.get(plugin) ?? state), ...body.state });
  });
  return { revisions, texts, failing };
}

/** Runs a statement as dynamic SQL in which none of `words` is written in one piece. */
function hidden(statement: string, words: readonly string[]): string {
  let text = quoteLiteral(statement);
  for (const word of words) text = text.replaceAll(word, `${word.slice(0, 2)}' || '${word.slice(2)}`);
  return `do $$ begin execute ${text}; end $$`;
}

function traceOf(kind: string): MakeTrace {
  return mildTraces[kind] ?? harshTraces[kind] ?? (() => []);
}

/** `set role` and the like are refused in code, but code may call `set_config`. */
function codeOf(statements: readonly string[]): RevisionCode {
  return async ({ query, sql }) => {
    for (const statement of statements) {
      const [, local, name, value] = /^set (local )?(\w+)(?: =)? '?([^']*)'?$/.exec(statement) ?? [];
      if (
        name !== undefined &&
        value !== undefined &&
        ['role', 'search_path', 'session_authorization'].includes(name)
      ) {
        await query(sql`select pg_catalog.set_config(${name}, ${value}, ${local !== undefined})`);
      } else if (statement.startsWith('reset ')) {
        await query({ ...sql``, text: statement.replace(/^reset (.*)$/, 'set $1 to default') });
      } else await query({ ...sql``, text: statement });
    }
  };
}

/** Returns the revisions in a random order that their edges allow. */
export function shuffled(revisions: readonly Revision[], seed: number): readonly Revision[] {
  let state = seed;
  // A linear congruential generator: the order only has to depend on the seed.
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const done = new Set<string>();
  const ordered: Revision[] = [];
  while (ordered.length < revisions.length) {
    const ready = revisions.filter(
      ({ id, revises, dependsOn }) => !done.has(id) && [...revises, ...dependsOn].every((need) => done.has(need)),
    );
    const chosen = ready[next(ready.length)];
    if (chosen === undefined) throw new Error('the edges form a cycle');
    done.add(chosen.id);
    ordered.push(chosen);
  }
  return ordered;
}
