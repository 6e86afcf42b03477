import { applicationRelations, isApplicationSchema, isUserObject, nameSql } from './query-fragments.ts';

/** The tables, views and columns that a definition uses, as `core_object` and `core_object.id`. */
const usesSql = (condition: string): string =>
  `array(select distinct of.name from pg_depend u
    join pg_class t on t.oid = u.refobjid join pg_namespace tn on tn.oid = t.relnamespace
    left join pg_attribute ta on ta.attrelid = t.oid and ta.attnum = u.refobjsubid and u.refobjsubid > 0
    cross join lateral (values (${nameSql('tn', 't.relname')}), (${nameSql('tn', 't.relname')} || '.' || ta.attname)) of(name)
    where u.refclassid = 'pg_class'::regclass and of.name is not null and ${condition} order by 1) as uses`;

/** Selects definitions in the order of their creation, each with the statement that creates it. */
export const definitionsQuery = `select case c.relkind when 'v' then 'view' else 'materialized view' end as kind,
      ${nameSql('n', 'c.relname')} as name, null as "table",
      format('create %s %s as%s', case c.relkind when 'v' then 'view' else 'materialized view' end,
        c.oid::regclass, E'\\n' || pg_get_viewdef(c.oid)) as definition, c.oid,
      ${usesSql("u.classid = 'pg_rewrite'::regclass and u.objid in (select r.oid from pg_rewrite r where r.ev_class = c.oid) and u.refobjid <> c.oid")}
    from ${applicationRelations} where c.relkind in ('v', 'm')
    union all
    select 'function', ${nameSql('n', 'p.proname')} || '(' || pg_get_function_identity_arguments(p.oid) || ')', null,
      pg_get_functiondef(p.oid), p.oid, '{}'
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and ${isApplicationSchema('n')}
    where p.prokind in ('f', 'p') and ${isUserObject('pg_proc', 'p.oid')}
    union all
    select 'trigger', g.tgname, ${nameSql('n', 'c.relname')}, pg_get_triggerdef(g.oid), g.oid,
      ${usesSql("u.classid = 'pg_trigger'::regclass and u.objid = g.oid")}
    from pg_trigger g join ${applicationRelations} on c.oid = g.tgrelid where not g.tgisinternal and g.tgparentid = 0
    union all
    select 'policy', p.polname, ${nameSql('n', 'c.relname')},
      format('create policy %I on %s as %s for %s to %s%s%s', p.polname, c.oid::regclass,
        case when p.polpermissive then 'permissive' else 'restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(p.polroles) r),
        ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
      p.oid, ${usesSql("u.classid = 'pg_policy'::regclass and u.objid = p.oid")}
    from pg_policy p join ${applicationRelations} on c.oid = p.polrelid
    union all
    select 'sequence', ${nameSql('n', 'c.relname')}, null,
      format('create sequence %s as %s increment %s minvalue %s maxvalue %s start %s cache %s%s', c.oid::regclass,
        s.seqtypid::regtype, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
        case when s.seqcycle then ' cycle' end), c.oid, '{}'
    from ${applicationRelations} join pg_sequence s on s.seqrelid = c.oid
    where not exists (select from pg_depend u where u.classid = 'pg_class'::regclass and u.objid = c.oid
      and u.refclassid = 'pg_class'::regclass and u.deptype in ('a', 'i'))
    union all
    select 'domain', ${nameSql('n', 't.typname')}, null, format('create domain %s as %s%s%s%s', t.oid::regtype,
      format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then ' not null' end, ' default ' || t.typdefault,
      (select string_agg(format(' constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
        from pg_constraint k where k.contypid = t.oid and k.contype = 'c')), t.oid, '{}'
    from pg_type t join pg_namespace n on n.oid = t.typnamespace and ${isApplicationSchema('n')}
    where t.typtype = 'd' and ${isUserObject('pg_type', 't.oid')}
    union all
    select 'type', ${nameSql('n', 'c.relname')}, null, format('create type %s as (%s)', c.reltype::regtype,
      (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)), c.oid, '{}'
    from ${applicationRelations} where c.relkind = 'c'
    union all
    select 'extension', e.extname, null, format('create extension %I', e.extname), e.oid, '{}'
    from pg_extension e where e.extname <> 'plpgsql'
    order by 5`;
