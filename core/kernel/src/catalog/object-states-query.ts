import { nameSql } from './query-fragments.ts';

/** Hashes the parts of a definition. `null` and an empty text differ. */
const hash = (...parts: readonly string[]): string => `hashtextextended(row(${parts.join(', ')})::text, 0)::text`;

/** Joins the comment of an object as `d`. */
const comment = (catalog: string, oid: string): string =>
  `left join pg_description d on d.classoid = '${catalog}'::regclass and d.objoid = ${oid} and d.objsubid = 0`;

const isOwnObject = (catalog: string, oid: string): string =>
  `${oid} > 16383 and not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** Kinds of objects that are compared by their catalog row alone: catalog, name, and the column with the schema. */
const rareKinds: readonly (readonly [catalog: string, kind: string, name: string, schema: string | null])[] = [
  ['pg_collation', 'collation', 'collname', 'collnamespace'],
  ['pg_conversion', 'conversion', 'conname', 'connamespace'],
  ['pg_operator', 'operator', 'oprname', 'oprnamespace'],
  ['pg_opclass', 'operator class', 'opcname', 'opcnamespace'],
  ['pg_opfamily', 'operator family', 'opfname', 'opfnamespace'],
  ['pg_ts_config', 'text search configuration', 'cfgname', 'cfgnamespace'],
  ['pg_ts_dict', 'text search dictionary', 'dictname', 'dictnamespace'],
  ['pg_cast', 'cast', "format_type(castsource, null) || ' as ' || format_type(casttarget, null)", null],
  ['pg_language', 'language', 'lanname', null],
  ['pg_foreign_data_wrapper', 'foreign-data wrapper', 'fdwname', null],
  ['pg_foreign_server', 'server', 'srvname', null],
  ['pg_event_trigger', 'event trigger', 'evtname', null],
  ['pg_publication', 'publication', 'pubname', null],
  ['pg_default_acl', 'default privileges', "defaclobjtype::text || ' ' || defaclnamespace::regnamespace::text", null],
];

/**
 * Selects the state of every object in the database in one row: a JSON array of `[kind, id, name, parent, hash,
 * columns, extra]`. Objects of the server, of extensions and of temporary schemas are excluded; the ledger's schema is
 * included. `id` identifies the object even if it is renamed. `parent` is the id of the table, view or type that
 * contains it. `hash` covers its definition, options, privileges and comment, but not its name. `columns` holds the ids
 * of the columns that it is over. `extra` is the file of a table, and the referenced table of a foreign key with its
 * actions on delete and on update.
 *
 * Catalog rows and stored expressions are hashed as they are, which is much cheaper than printing definitions: both
 * readings that are compared come from the same database.
 */
export const objectStatesQuery = `with n as materialized (
    select oid, nspname, nspowner, nspacl from pg_namespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'),
  c as materialized (
    select c.*, ${nameSql('n', 'c.relname')} as label from pg_class c join n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c') and ${isOwnObject('pg_class', 'c.oid')}),
  over as materialized (
    select classid, objid, array_agg(distinct 'a' || refobjid || '.' || refobjsubid) as columns from pg_depend
      where classid in ('pg_class'::regclass, 'pg_trigger'::regclass) and refclassid = 'pg_class'::regclass
        and refobjsubid > 0 and objid > 16383 group by 1, 2),
  state(kind, id, name, parent, hash, columns, extra) as (
    select 'schema', 'n' || n.oid, n.nspname::text, null::text, ${hash('nspowner', 'nspacl', 'd.description')},
        null::text[], null::text[]
      from n ${comment('pg_namespace', 'n.oid')}
    union all
    select case when c.relkind in ('r', 'p', 'f') then 'table' when c.relkind in ('v', 'm') then 'view'
          when c.relkind = 'S' then 'sequence' else 'type' end,
        'c' || c.oid, c.label,
        (select 'c' || o.refobjid from pg_depend o where c.relkind = 'S' and o.classid = 'pg_class'::regclass
          and o.objid = c.oid and o.refclassid = 'pg_class'::regclass and o.deptype in ('a', 'i') limit 1),
        ${hash(
          'c.relpersistence',
          'c.relowner',
          'c.relacl',
          'c.reloptions',
          'c.relrowsecurity',
          'c.relforcerowsecurity',
          'c.relreplident',
          'c.relam',
          'c.reltablespace',
          'c.relpartbound',
          'p.partattrs',
          'p.partexprs',
          's.seqtypid',
          's.seqstart',
          's.seqincrement',
          's.seqmin',
          's.seqmax',
          's.seqcache',
          's.seqcycle',
          'r.ev_action',
          'd.description',
          `(select string_agg(g.tgenabled::text || g.oid, ',' order by g.oid) from pg_trigger g
            where g.tgrelid = c.oid and g.tgisinternal and g.tgenabled <> 'O')`,
        )},
        (select array['a' || o.refobjid || '.' || o.refobjsubid] from pg_depend o
          where c.relkind = 'S' and o.classid = 'pg_class'::regclass and o.objid = c.oid
            and o.refclassid = 'pg_class'::regclass and o.deptype in ('a', 'i') limit 1),
        case when c.relkind = 'r' then array[c.relfilenode::text] end
      from c left join pg_partitioned_table p on p.partrelid = c.oid left join pg_sequence s on s.seqrelid = c.oid
        left join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN' ${comment('pg_class', 'c.oid')}
    union all
    select 'column', 'a' || a.attrelid || '.' || a.attnum, a.attname::text, 'c' || a.attrelid,
        ${hash(
          'a.atttypid',
          'a.atttypmod',
          'a.attnotnull',
          'a.attidentity',
          'a.attgenerated',
          'a.attcollation',
          'a.attstorage',
          'a.attcompression',
          'a.attstattarget',
          'a.attoptions',
          'a.attfdwoptions',
          'a.attacl',
          'f.adbin',
          'd.description',
        )}, null, null
      from c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
        left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum
      where c.relkind <> 'S'
    union all
    select 'constraint', 'k' || k.oid, k.conname::text,
        case when k.conrelid <> 0 then 'c' || k.conrelid else 't' || k.contypid end,
        ${hash(
          'k.contype',
          'k.condeferrable',
          'k.condeferred',
          'k.convalidated',
          'k.connoinherit',
          'k.conkey',
          'k.confrelid',
          'k.confkey',
          'k.confupdtype',
          'k.confdeltype',
          'k.confmatchtype',
          'k.conbin',
          'k.conexclop',
          'd.description',
        )},
        array(select 'a' || k.conrelid || '.' || num from unnest(k.conkey) num),
        case when k.contype = 'f' then array['c' || k.confrelid, k.confdeltype::text, k.confupdtype::text] end
      from pg_constraint k join n on n.oid = k.connamespace ${comment('pg_constraint', 'k.oid')}
      where k.contype <> 't' and (k.contypid <> 0 or exists (select from c where c.oid = k.conrelid))
    union all
    select 'index', 'c' || x.oid, ${nameSql('n', 'x.relname')}, 'c' || i.indrelid,
        ${hash(
          'i.indclass',
          'i.indkey',
          'i.indoption',
          'i.indcollation',
          'i.indisunique',
          'i.indnullsnotdistinct',
          'i.indisclustered',
          'i.indisreplident',
          'i.indisvalid',
          'i.indexprs',
          'i.indpred',
          'x.relam',
          'x.reloptions',
          'x.reltablespace',
          'd.description',
        )}, over.columns, null
      from pg_index i join c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
        join n on n.oid = x.relnamespace left join over on over.classid = 'pg_class'::regclass and over.objid = x.oid
        ${comment('pg_class', 'x.oid')}
      where not exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))
    union all
    select 'trigger', 'g' || g.oid, g.tgname::text, 'c' || g.tgrelid,
        ${hash('g.tgfoid', 'g.tgtype', 'g.tgenabled', 'g.tgattr', 'g.tgargs', 'g.tgqual', 'g.tgdeferrable', 'd.description')},
        over.columns, null
      from pg_trigger g join c on c.oid = g.tgrelid
        left join over on over.classid = 'pg_trigger'::regclass and over.objid = g.oid ${comment('pg_trigger', 'g.oid')}
      where not g.tgisinternal and g.tgparentid = 0
    union all
    select 'rule', 'r' || r.oid, r.rulename::text, 'c' || r.ev_class,
        ${hash('r.ev_type', 'r.ev_enabled', 'r.is_instead', 'r.ev_qual', 'r.ev_action', 'd.description')}, null, null
      from pg_rewrite r join c on c.oid = r.ev_class ${comment('pg_rewrite', 'r.oid')} where r.rulename <> '_RETURN'
    union all
    select 'policy', 'y' || p.oid, p.polname::text, 'c' || p.polrelid,
        ${hash('p.polcmd', 'p.polpermissive', 'p.polroles', 'p.polqual', 'p.polwithcheck', 'd.description')}, null, null
      from pg_policy p join c on c.oid = p.polrelid ${comment('pg_policy', 'p.oid')}
    union all
    select 'statistics', 's' || s.oid, ${nameSql('n', 's.stxname')}, 'c' || s.stxrelid,
        ${hash('s.stxowner', 's.stxstattarget', 's.stxkeys', 's.stxkind', 's.stxexprs', 'd.description')},
        array(select 'a' || s.stxrelid || '.' || num from unnest(s.stxkeys::int2[]) num), null
      from pg_statistic_ext s join n on n.oid = s.stxnamespace ${comment('pg_statistic_ext', 's.oid')}
    union all
    select 'partition', 'i' || i.inhrelid || '.' || i.inhparent, c.label, 'c' || i.inhparent, ${hash('i.inhseqno')}, null, null
      from pg_inherits i join c on c.oid = i.inhrelid where c.relkind <> 'S'
    union all
    select 'type', 't' || t.oid, ${nameSql('n', 't.typname')}, null,
        ${hash(
          't.typowner',
          't.typacl',
          't.typbasetype',
          't.typtypmod',
          't.typcollation',
          't.typnotnull',
          't.typdefaultbin',
          `(select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)`,
          'd.description',
        )}, null, null
      from pg_type t join n on n.oid = t.typnamespace ${comment('pg_type', 't.oid')}
      where (t.typtype in ('d', 'e', 'r') or t.typtype = 'b' and t.typelem = 0) and ${isOwnObject('pg_type', 't.oid')}
    union all
    select 'function', 'p' || p.oid, ${nameSql('n', 'p.proname')}, null,
        ${hash(
          'p.prosrc',
          'p.probin',
          'p.prosqlbody',
          'p.prolang',
          'p.prokind',
          'p.proargtypes',
          'p.proallargtypes',
          'p.proargmodes',
          'p.proargnames',
          'p.proargdefaults',
          'p.prorettype',
          'p.proretset',
          'p.procost',
          'p.prorows',
          'p.provolatile',
          'p.proparallel',
          'p.proisstrict',
          'p.proleakproof',
          'p.prosecdef',
          'p.proconfig',
          'p.proowner',
          'p.proacl',
          'g',
          'd.description',
        )}, null, null
      from pg_proc p join n on n.oid = p.pronamespace left join pg_aggregate g on g.aggfnoid = p.oid
        ${comment('pg_proc', 'p.oid')} where ${isOwnObject('pg_proc', 'p.oid')}
    union all
    select 'extension', 'e' || e.oid, e.extname::text, null, ${hash('e.extversion', 'e.extnamespace', 'e.extowner')}, null, null
      from pg_extension e where e.oid > 16383
    union all
    select 'other', 'u' || p.oid, 'publication ' || b.pubname, 'c' || p.prrelid, ${hash('p')}, null, null
      from pg_publication_rel p join pg_publication b on b.oid = p.prpubid
    ${rareKinds
      .map(
        ([catalog, kind, name, schema]) => `union all
    select 'other', '${catalog}' || o.oid, '${kind} ' || ${schema === null ? name : nameSql('n', name)}, null, ${hash('o')}, null, null
      from ${catalog} o ${schema === null ? '' : `join n on n.oid = o.${schema}`} where ${isOwnObject(catalog, 'o.oid')}`,
      )
      .join('\n    ')}
  )
  select coalesce(json_agg(json_build_array(kind, id, name, parent, hash, columns, extra)), '[]')::text as states from state`;
