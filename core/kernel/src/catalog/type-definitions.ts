import { applicationRelations, isApplicationSchema, isUserObject } from './query-fragments.ts';

/** A column of a catalog that some versions lack, of the row `co`. */
const optional = (name: string): string => `to_jsonb(co) ->> '${name}'`;

/** Selects domains, composite types, ranges and collations, as the query for definitions does. Enums have a class. */
export const typeDefinitions = `select 'domain', n.nspname, t.typname, null, null, null,
      format('create domain %s as %s%s%s%s%s', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
        case when t.typcollation <> base.typcollation then ' collate ' || t.typcollation::regcollation end,
        case when t.typnotnull then ' not null' end, ' default ' || t.typdefault,
        (select string_agg(format(' constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
          from pg_constraint k where k.contypid = t.oid and k.contype = 'c')),
      t.oid, 'pg_constraint'::regclass, array(select k.oid from pg_constraint k where k.contypid = t.oid)
    from pg_type t join pg_namespace n on n.oid = t.typnamespace and ${isApplicationSchema('n')}
      join pg_type base on base.oid = t.typbasetype
    where t.typtype = 'd' and ${isUserObject('pg_type', 't.oid')}
    union all
    select 'type', n.nspname, c.relname, null, null, null, format('create type %s as (%s)', c.reltype::regtype,
      (select string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
          case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end),
        ', ' order by a.attnum) from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)),
      c.oid, 'pg_type'::regclass, '{}'
    from ${applicationRelations} where c.relkind = 'c'
    union all
    select 'type', n.nspname, t.typname, null, null, null, format('create type %s as range (%s)', t.oid::regtype,
      concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, null),
        case when not oc.opcdefault then format('subtype_opclass = %I.%I', ocn.nspname, oc.opcname) end,
        case when r.rngcollation <> sub.typcollation then 'collation = ' || r.rngcollation::regcollation end,
        'canonical = ' || nullif(r.rngcanonical, 0)::regproc, 'subtype_diff = ' || nullif(r.rngsubdiff, 0)::regproc,
        'multirange_type_name = ' || r.rngmultitypid::regtype)),
      t.oid, 'pg_type'::regclass, '{}'
    from pg_range r join pg_type t on t.oid = r.rngtypid
      join pg_namespace n on n.oid = t.typnamespace and ${isApplicationSchema('n')}
      join pg_type sub on sub.oid = r.rngsubtype join pg_opclass oc on oc.oid = r.rngsubopc
      join pg_namespace ocn on ocn.oid = oc.opcnamespace
    where ${isUserObject('pg_type', 't.oid')}
    union all
    select 'collation', n.nspname, co.collname, null, null, null,
      format('create collation %s (%s)', co.oid::regcollation, concat_ws(', ',
        'provider = ' || case co.collprovider when 'c' then 'libc' when 'i' then 'icu' else 'builtin' end,
        'locale = ' || quote_literal(coalesce(${optional('colllocale')}, ${optional('colliculocale')})),
        'lc_collate = ' || quote_literal(co.collcollate), 'lc_ctype = ' || quote_literal(co.collctype),
        'rules = ' || quote_literal(${optional('collicurules')}),
        case when not co.collisdeterministic then 'deterministic = false' end)), co.oid, 'pg_collation'::regclass, '{}'
    from pg_collation co join pg_namespace n on n.oid = co.collnamespace and ${isApplicationSchema('n')}
    where ${isUserObject('pg_collation', 'co.oid')}`;
