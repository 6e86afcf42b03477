import { databaseDefinitions } from './database-definitions.ts';
import { functionDefinitions } from './function-definitions.ts';
import {
  applicationRelations,
  argumentsSql,
  isApplicationSchema,
  isPartOfColumn,
  isUserObject,
  partSql,
  qualifiedNameSql,
  sequenceDefinitionSql,
} from './query-fragments.ts';
import { typeDefinitions } from './type-definitions.ts';

/** Like `pg_get_statisticsobjdef`, but with columns in the order of their names, since their positions are not compared. */
const statisticsSql = `format('create statistics %I.%I%s on %s from %s', n.nspname, s.stxname,
        case when not s.stxkind::text[] @> '{d,f,m}' then (select format(' (%s)', string_agg(case k when 'd' then 'ndistinct'
          when 'f' then 'dependencies' else 'mcv' end, ', ' order by k)) from unnest(s.stxkind) k where k <> 'e' having count(*) > 0) end,
        concat_ws(', ', (select string_agg(quote_ident(a.attname), ', ' order by a.attname) from pg_attribute a
          where a.attrelid = s.stxrelid and a.attnum = any (s.stxkeys::int2[])),
          (select string_agg(case when e ~ '^[[:alnum:]_.]+[(].*[)]$' then e else '(' || e || ')' end, ', ' order by e)
            from unnest(pg_get_statisticsobjdef_expressions(s.oid)) e)), s.stxrelid::regclass)`;

/** Selects the definitions of views and sequences, and of everything that is on a table or a view. */
const relationDefinitions = `select case c.relkind when 'v' then 'view' else 'materialized view' end as kind, n.nspname as schema, c.relname as object,
      null as arguments, null as "tableSchema", null as "tableName",
      format('create %s %s as%s', case c.relkind when 'v' then 'view' else 'materialized view' end,
        c.oid::regclass, E'\\n' || pg_get_viewdef(c.oid)) as definition,
      c.oid, 'pg_rewrite'::regclass as class, array[r.oid] as users
    from ${applicationRelations} join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN' where c.relkind in ('v', 'm')
    union all
    select 'trigger', null, g.tgname, null, n.nspname, c.relname, pg_get_triggerdef(g.oid), g.oid, 'pg_trigger'::regclass, array[g.oid]
    from pg_trigger g join ${applicationRelations} on c.oid = g.tgrelid where not g.tgisinternal and g.tgparentid = 0
    union all
    select 'policy', null, p.polname, null, n.nspname, c.relname,
      format('create policy %I on %s as %s for %s to %s%s%s', p.polname, c.oid::regclass,
        case when p.polpermissive then 'permissive' else 'restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(p.polroles) r),
        ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
      p.oid, 'pg_policy'::regclass, array[p.oid]
    from pg_policy p join ${applicationRelations} on c.oid = p.polrelid
    union all
    select 'rule', null, r.rulename, null, n.nspname, c.relname, pg_get_ruledef(r.oid), r.oid, 'pg_rewrite'::regclass, array[r.oid]
    from pg_rewrite r join ${applicationRelations} on c.oid = r.ev_class where r.rulename <> '_RETURN'
    union all
    select 'statistics', n.nspname, s.stxname, null, null, null, ${statisticsSql}, s.oid, 'pg_statistic_ext'::regclass, array[s.oid]
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace and ${isApplicationSchema('n')}
    where ${isUserObject('pg_statistic_ext', 's.oid')}
    union all
    select 'sequence', n.nspname, c.relname, null, null, null,
      ${sequenceDefinitionSql}, c.oid, 'pg_class'::regclass, array[c.oid]
    from ${applicationRelations} join pg_sequence s on s.seqrelid = c.oid
    where not ${isPartOfColumn}`;

/** Whether the dependency `u` is one of the definition `d`. */
const isUser = 'u.classid = d.class and u.objid = any (d.users)';

/**
 * Selects definitions in the order of their creation, each with the statement that creates it and the tables, views,
 * columns, functions, and types that it uses, as `core_object`, `core_object.id` and, for a row, `core_object.*`.
 */
export const definitionsQuery = `select d.kind, case when d.schema is not null then ${qualifiedNameSql('d.schema', 'd.object')}
      when d."tableName" is not null then d.object else ${partSql('d.object')} end || coalesce('(' || d.arguments || ')', '') as name,
    case when d."tableName" is not null then ${qualifiedNameSql('d."tableSchema"', 'd."tableName"')} end as "table", d.definition,
    array(select distinct of.name from pg_depend u
      join pg_class t on t.oid = u.refobjid join pg_namespace tn on tn.oid = t.relnamespace
      left join pg_attribute ta on ta.attrelid = t.oid and ta.attnum = u.refobjsubid and u.refobjsubid > 0
      cross join lateral (select ${qualifiedNameSql('tn.nspname', 't.relname')} as name) r
      cross join lateral (values (r.name), (r.name || '.' || ta.attname)) of(name)
      where ${isUser} and u.refclassid = 'pg_class'::regclass and u.refobjid <> d.oid
        and of.name is not null
      union select ${qualifiedNameSql('pn.nspname', 'p.proname')} || '(' || ${argumentsSql} || ')' from pg_depend u
      join pg_proc p on p.oid = u.refobjid and p.oid > 16383 join pg_namespace pn on pn.oid = p.pronamespace
      where ${isUser} and u.refclassid = 'pg_proc'::regclass and u.refobjid <> d.oid
      union select ${qualifiedNameSql('yn.nspname', 'y.typname')} || case when y.typtype = 'c' and yc.relkind <> 'c' then '.*' else '' end
      from pg_depend u join pg_type y on u.refobjid in (y.oid, y.typarray) and y.oid > 16383 and y.typtype in ('e', 'd', 'c')
      join pg_namespace yn on yn.oid = y.typnamespace left join pg_class yc on yc.oid = y.typrelid
      where (${isUser} or d.kind = 'domain' and u.classid = 'pg_type'::regclass and u.objid = d.oid)
        and u.refclassid = 'pg_type'::regclass and u.refobjid <> d.oid
      order by 1) as uses
  from (${[relationDefinitions, functionDefinitions, typeDefinitions, databaseDefinitions].join('\n    union all\n    ')}) d
  order by d.oid`;
