import {
  applicationRelations,
  columnSequences,
  columnSequencesSql,
  commentSql,
  fewRows,
  home,
  isApplicationSchema,
  isUserObject,
  nameSql,
  rootNameSql,
  sequenceDefinitionSql,
} from './query-fragments.ts';
import { definitionsQuery } from './definitions-query.ts';
import { settingsQuery } from './settings-query.ts';
import { unreadQuery } from './unread-query.ts';

/** The queries that read a catalog. Each sorts its rows. */
export const catalogQueries = {
  schemas: `select nspname as name, ${commentSql('pg_namespace', 'n.oid')} as comment from pg_namespace n
    where ${isApplicationSchema('n')} and nspname <> ${home} order by 1`,
  enums: `select ${nameSql('n', 't.typname')} as name, ${commentSql('pg_type', 't.oid')} as comment,
      array_agg(e.enumlabel::text order by e.enumsortorder) as values,
      exists (select from pg_depend u where u.refclassid = 'pg_type'::regclass and u.refobjid in (t.oid, t.typarray)
        and u.deptype in ('n', 'a')) as used
    from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace and ${isApplicationSchema('n')}
    where ${isUserObject('pg_type', 't.oid')} group by n.nspname, t.typname, t.oid, t.typarray order by 1`,
  tables: `select ${nameSql('n', 'c.relname')} as name, ${commentSql('pg_class', 'c.oid')} as comment,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionBy",
      case when c.relforcerowsecurity and c.relrowsecurity then 'forced' when c.relrowsecurity then 'on' else 'off' end
        as "rowSecurity",
      array(select ${nameSql('pn', 'p.relname')} from pg_inherits i join pg_class p on p.oid = i.inhparent
        join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = c.oid order by i.inhseqno) as inherits
    from ${applicationRelations} where c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  partitions: `select ${rootNameSql} as "table", ${nameSql('pn', 'p.relname')} as parent,
      ${nameSql('n', 'c.relname')} as name, pg_get_expr(c.relpartbound, c.oid) as bound,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionBy"
    from ${applicationRelations} join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
      join pg_namespace pn on pn.oid = p.relnamespace
    where c.relispartition and c.relkind in ('r', 'p')
    order by (select count(*) from pg_partition_ancestors(c.oid)), c.oid`,
  columns: `select ${nameSql('n', 'c.relname')} as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      case when coalesce(item.typtype, t.typtype) = 'e' then
        ${nameSql('en', 'coalesce(item.typname, t.typname)')} end as "enum",
      a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as "default", a.attgenerated as generated,
      case when a.attgenerated <> '' then array(select s.attname::text from pg_depend u
        join pg_attribute s on s.attrelid = c.oid and s.attnum = u.refobjsubid and s.attnum <> a.attnum
        where u.classid = 'pg_attrdef'::regclass and u.objid = d.oid and u.refclassid = 'pg_class'::regclass
          and u.refobjid = c.oid) end as "from",
      case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
      case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
      a.attinhcount > 0 and not a.attislocal as inherited,
      ${commentSql('pg_class', 'c.oid', 'a.attnum')} as comment
    from ${applicationRelations} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid left join pg_type item on item.oid = t.typelem and t.typcategory = 'A'
      left join pg_namespace en on en.oid = coalesce(item.typnamespace, t.typnamespace)
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'p') and not c.relispartition order by c.oid, a.attnum`,
  sequences: `select ${nameSql('tn', 't.relname')} as "table", a.attname as column, ${nameSql('n', 'c.relname')} as name,
      ${sequenceDefinitionSql} as definition, format('nextval(%L::regclass)', c.oid::regclass) as next,
      c.relpersistence = 'u' as "isUnlogged", o.set, o.reset
    from ${columnSequences} o join pg_class t on t.oid = o."table" join pg_namespace tn on tn.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attnum = o."column" join pg_class c on c.oid = o.sequence
      join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid where o."isPart" order by 1, 2`,
  sequenceUses: `select distinct ${nameSql('n', 'c.relname')} as "table", a.attname as column,
      ${nameSql('tn', 't.relname')} || '.' || ta.attname as of
    from ${fewRows(`select u.objid as "default", u.refobjid as sequence from pg_depend u join pg_sequence q on q.seqrelid = u.refobjid
        where u.classid = 'pg_attrdef'::regclass and u.refclassid = 'pg_class'::regclass`)} u
      join ${columnSequences} o on o.sequence = u.sequence
      join pg_attrdef d on d.oid = u."default" and (d.adrelid <> o."table" or d.adnum <> o."column")
      join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
      join pg_class t on t.oid = o."table" join pg_namespace tn on tn.oid = t.relnamespace
      join pg_attribute ta on ta.attrelid = t.oid and ta.attnum = o."column" order by 1, 2, 3`,
  // Excludes `not null` constraints, which exist only since PostgreSQL 18: they are a property of the column.
  constraints: `select ${nameSql('n', 'c.relname')} as "table", k.conname as name,
      case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
        when 'c' then 'check' else 'exclude' end as kind,
      array(select a.attname::text from unnest(k.conkey) with ordinality u(num, i)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.i) as columns,
      pg_get_constraintdef(k.oid) as definition,
      case when k.contype = 'f' then ${nameSql('fn', 'f.relname')} end as target,
      array(select a.attname::text from unnest(k.confkey) with ordinality u(num, i)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.i) as "targetColumns",
      k.coninhcount > 0 and not k.conislocal as inherited,
      ${commentSql('pg_constraint', 'k.oid')} as comment
    from pg_constraint k join pg_class c on c.oid = k.conrelid and not c.relispartition
      join pg_namespace n on n.oid = c.relnamespace and ${isApplicationSchema('n')} and ${isUserObject('pg_class', 'c.oid')}
      left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    where k.contype in ('p', 'u', 'f', 'c', 'x') order by 1, k.oid`,
  indexes: `select ${nameSql('n', 'c.relname')} as "table", x.relname as name, i.indisunique as unique,
      array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num order by u.at) as columns,
      array(select distinct a.attname::text from pg_depend u
        join pg_attribute a on a.attrelid = c.oid and a.attnum = u.refobjsubid and u.refobjsubid > 0
        where u.classid = 'pg_class'::regclass and u.objid = x.oid and u.refclassid = 'pg_class'::regclass
          and u.refobjid = c.oid order by 1) as covers,
      substring(pg_get_indexdef(x.oid) from ' USING (.*)$') as definition,
      am.amname = 'btree' and i.indpred is null and i.indexprs is null and i.indnkeyatts = i.indnatts
        and x.reloptions is null and not i.indnullsnotdistinct
        and not exists (select from unnest(i.indoption::int2[]) o where o <> 0)
        and not exists (select from unnest(i.indclass::oid[]) o join pg_opclass op on op.oid = o where not op.opcdefault)
        and not exists (select from unnest(i.indkey::int2[], i.indcollation::oid[]) u(num, coll)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num where u.coll <> a.attcollation) as plain,
      ${commentSql('pg_class', 'x.oid')} as comment
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am am on am.oid = x.relam
      join pg_class c on c.oid = i.indrelid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_namespace n on n.oid = c.relnamespace and ${isApplicationSchema('n')} and ${isUserObject('pg_class', 'c.oid')}
    where not exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))
    order by 1, x.oid`,
  definitions: definitionsQuery,
  settings: settingsQuery,
  unread: unreadQuery,
} as const;

/** Selects one row with a column for each of the queries: its rows as JSON text. One round trip reads a whole catalog. */
export const catalogQuery = `with ${columnSequences} as materialized (${columnSequencesSql})
  select ${Object.entries(catalogQueries)
    .map(([name, text]) => `(select coalesce(json_agg(one), '[]')::text from (${text}) one) as "${name}"`)
    .join(',\n')}`;
