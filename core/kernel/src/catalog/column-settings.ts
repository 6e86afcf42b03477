import { applicationRelations, fewRows, isTable, relationTypeSql, columnSequences } from './query-fragments.ts';

/** The address of the column `a` of the relation `c`. */
const address = `'column', n.nspname, c.relname, a.attname`;

const columns = `${applicationRelations} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

/** The type of the relation `c`, without the tables that inherit from it, which have settings of their own. */
const aloneSql = `${relationTypeSql} || case when c.relkind in ('r', 'p') then ' only' else '' end`;

const storageWord = (storage: string): string =>
  `case ${storage} when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end`;

/** Whether a table or a sequence is logged. */
const persistenceWord = (relation: string): string =>
  `case ${relation}.relpersistence when 'u' then 'unlogged' else 'logged' end`;

/** Selects the settings of columns and of the sequences that belong to them. */
export const columnSettings = `select ${address}, s.name,
      format('alter %s %s alter column %I %s;', ${aloneSql}, c.oid::regclass, a.attname, s.action),
      format('alter %s %s alter column %I %s;', ${aloneSql}, c.oid::regclass, a.attname, s.undo)
    from ${fewRows(`select * from pg_attribute where attrelid > 16383 and attnum > 0 and not attisdropped and (attlen = -1 and attstorage <> 'x'
        or attcompression <> '' or attstattarget >= 0 or attoptions is not null)`)} a
      join ${applicationRelations} on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
      left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
      left join pg_attribute pa on pa.attrelid = i.inhparent and pa.attname = a.attname
    cross join lateral (values
      ('storage', case when a.attstorage <> coalesce(pa.attstorage, t.typstorage) then 'set storage ' || ${storageWord('a.attstorage')} end,
        'set storage ' || ${storageWord('coalesce(pa.attstorage, t.typstorage)')}),
      ('compression', case when a.attcompression = coalesce(pa.attcompression, '') then null when a.attcompression = 'l' then 'set compression lz4'
        when a.attcompression = 'p' then 'set compression pglz' else 'set compression default' end, 'set compression default'),
      ('statistics target', 'set statistics ' || case when a.attstattarget >= 0 then a.attstattarget end, 'set statistics -1'),
      ('options', 'set (' || array_to_string(a.attoptions, ', ') || ')',
        'reset (' || (select string_agg(o.option_name, ', ') from pg_options_to_table(a.attoptions) o) || ')')
    ) s(name, action, undo)
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and s.action is not null
    union all
    select ${address}, s.name, format('alter %s %s alter column %I %s;', ${relationTypeSql}, c.oid::regclass, a.attname, s.action),
      format('alter %s %s alter column %I %s;', ${relationTypeSql}, c.oid::regclass, a.attname, s.undo)
    from ${columns} left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
      left join pg_attribute pa on pa.attrelid = i.inhparent and pa.attname = a.attname
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      left join pg_attrdef pd on pd.adrelid = pa.attrelid and pd.adnum = pa.attnum
    cross join lateral (values
      ('default', case when a.attgenerated = '' and pg_get_expr(d.adbin, d.adrelid) is distinct from pg_get_expr(pd.adbin, pd.adrelid)
          then coalesce('set default ' || pg_get_expr(d.adbin, d.adrelid), 'drop default') end,
        coalesce('set default ' || pg_get_expr(pd.adbin, pd.adrelid), 'drop default')),
      ('nullity', case when a.attnotnull and not pa.attnotnull then 'set not null' end, 'drop not null')
    ) s(name, action, undo)
    where s.action is not null and (c.relispartition and c.relkind in ('r', 'p') or c.relkind = 'v' and a.atthasdef)
    union all
    select ${address}, 'comment', format('comment on column %s.%I is %L;', c.oid::regclass, a.attname, d.description),
      format('comment on column %s.%I is null;', c.oid::regclass, a.attname)
    from pg_description d join ${columns} on d.objoid = c.oid and d.objsubid = a.attnum
    where d.classoid = 'pg_class'::regclass and d.objsubid > 0 and not (${isTable})
    union all
    select ${address}, s.name, s.set, s.reset
    from ${columnSequences} u join pg_sequence q on q.seqrelid = u.sequence join pg_class sc on sc.oid = q.seqrelid
      join ${columns} on c.oid = u."table" and a.attnum = u."column"
    cross join lateral (select concat_ws(' ', case when a.attidentity = '' and q.seqtypid <> a.atttypid then 'as ' || q.seqtypid::regtype end,
        'increment by ' || nullif(q.seqincrement, 1), 'minvalue ' || nullif(q.seqmin, 1),
        'maxvalue ' || nullif(q.seqmax, ~((-1)::bigint << case q.seqtypid when 'smallint'::regtype then 15 when 'integer'::regtype then 31 else 63 end)),
        'start with ' || nullif(q.seqstart, 1), 'cache ' || nullif(q.seqcache, 1), case when q.seqcycle then 'cycle' end) as options offset 0) o
    cross join lateral (
      select 'sequence', format('alter sequence %s %s;', sc.oid::regclass, o.options),
        format('alter sequence %s %sincrement by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;', sc.oid::regclass,
          case when a.attidentity = '' then format('as %s ', a.atttypid::regtype) end) where o.options <> ''
      union all
      select 'persistence of the sequence', format('alter sequence %s set %s;', sc.oid::regclass, ${persistenceWord('sc')}),
        format('alter sequence %s set %s;', sc.oid::regclass, ${persistenceWord('c')})
      where sc.relpersistence <> c.relpersistence
    ) s(name, set, reset)
    where u."isPart" and ${isTable}
    union all
    select 'relation', n.nspname, c.relname, null, 'owning column', u.set, u.reset
    from ${columnSequences} u join ${applicationRelations} on c.oid = u.sequence where not u."isPart"
    union all
    select ${address}, 'not null constraint',
      case when k.convalidated then format('alter table %s alter constraint %I no inherit;', c.oid::regclass, k.conname)
        else format('alter table %s alter column %I drop not null, add constraint %I %s;', c.oid::regclass, a.attname, k.conname,
          pg_get_constraintdef(k.oid)) end,
      case when k.convalidated then format('alter table %s alter constraint %I inherit;', c.oid::regclass, k.conname)
        else format('alter table %s validate constraint %I;', c.oid::regclass, k.conname) end
    from ${fewRows(`select * from pg_constraint where contype = 'n' and conrelid <> 0 and (not convalidated or connoinherit)`)} k
      join ${columns} on c.oid = k.conrelid and a.attnum = any (k.conkey) where ${isTable}`;
