import { applicationRelations, home, isUserObject } from './query-fragments.ts';

/** The clause `options (…)` of a foreign object, from an array of `name=value`. */
const optionsSql = (options: string): string =>
  `(select format(' options (%s)', string_agg(format('%I %L', option_name, option_value), ', ' order by option_name))
    from pg_options_to_table(${options}) having count(*) > 0)`;

/** Selects extensions, publications, event triggers and foreign objects, as the query for definitions does. */
export const databaseDefinitions = `select 'extension', null, e.extname, null, null, null,
      format('create extension %I%s', e.extname, case when n.nspname <> ${home} then ' schema ' || quote_ident(n.nspname) end),
      e.oid, 'pg_extension'::regclass, '{}'
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql'
    union all
    select 'publication', null, b.pubname, null, null, null,
      concat_ws(' ', 'create publication', quote_ident(b.pubname),
        case when b.puballtables then 'for all tables' else (select 'for ' || string_agg(item, ', ' order by item) from (
          select format('table %s%s%s', r.prrelid::regclass,
              (select format(' (%s)', string_agg(quote_ident(a.attname), ', ' order by a.attname)) from pg_attribute a
                where a.attrelid = r.prrelid and a.attnum = any (r.prattrs) having count(*) > 0),
              ' where (' || pg_get_expr(r.prqual, r.prrelid) || ')') as item
            from pg_publication_rel r where r.prpubid = b.oid
          union all select format('tables in schema %s', s.pnnspid::regnamespace)
            from pg_publication_namespace s where s.pnpubid = b.oid) items) end,
        format('with (%s)', concat_ws(', ', format('publish = %L', concat_ws(', ', case when b.pubinsert then 'insert' end,
            case when b.pubupdate then 'update' end, case when b.pubdelete then 'delete' end,
            case when b.pubtruncate then 'truncate' end)),
          case when b.pubviaroot then 'publish_via_partition_root = true' end,
          case when to_jsonb(b) ->> 'pubgencols' = 's' then 'publish_generated_columns = stored' end))),
      b.oid, 'pg_publication_rel'::regclass, array(select r.oid from pg_publication_rel r where r.prpubid = b.oid)
    from pg_publication b
    union all
    select 'event trigger', null, v.evtname, null, null, null,
      format('create event trigger %I on %s%s execute function %s()', v.evtname, v.evtevent,
        (select format(' when tag in (%s)', string_agg(quote_literal(tag), ', ')) from unnest(v.evttags) tag having count(*) > 0),
        v.evtfoid::regproc), v.oid, 'pg_event_trigger'::regclass, '{}'
    from pg_event_trigger v where ${isUserObject('pg_event_trigger', 'v.oid')}
    union all
    select 'foreign data wrapper', null, w.fdwname, null, null, null,
      format('create foreign data wrapper %I%s%s%s', w.fdwname, ' handler ' || nullif(w.fdwhandler, 0)::regproc,
        ' validator ' || nullif(w.fdwvalidator, 0)::regproc, ${optionsSql('w.fdwoptions')}), w.oid, 'pg_foreign_data_wrapper'::regclass, '{}'
    from pg_foreign_data_wrapper w where ${isUserObject('pg_foreign_data_wrapper', 'w.oid')}
    union all
    select 'server', null, s.srvname, null, null, null,
      format('create server %I%s%s foreign data wrapper %I%s', s.srvname, ' type ' || quote_literal(s.srvtype),
        ' version ' || quote_literal(s.srvversion), w.fdwname, ${optionsSql('s.srvoptions')}), s.oid, 'pg_foreign_server'::regclass, '{}'
    from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw
    where ${isUserObject('pg_foreign_server', 's.oid')}
    union all
    select 'foreign table', n.nspname, c.relname, null, null, null,
      format('create foreign table %s (%s) server %I%s', c.oid::regclass, concat_ws(', ',
          (select string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
              ${optionsSql('a.attfdwoptions')},
              case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
              case when a.attnotnull then ' not null' end, case when a.attgenerated = '' then ' default ' || pg_get_expr(d.adbin, d.adrelid)
                else format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid)) end), ', ' order by a.attnum)
            from pg_attribute a join pg_type t on t.oid = a.atttypid
              left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
          (select string_agg(format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), ', ' order by k.conname)
            from pg_constraint k where k.conrelid = c.oid and k.contype = 'c')),
        s.srvname, ${optionsSql('f.ftoptions')}), c.oid, 'pg_class'::regclass, '{}'
    from ${applicationRelations} join pg_foreign_table f on f.ftrelid = c.oid join pg_foreign_server s on s.oid = f.ftserver
    where c.relkind = 'f' and not c.relispartition`;
