import type { Query } from './schema-dump.ts';

/** Everything in a database that a revision can change. */
export interface DatabaseContent {
  /** A line for each object and each of its attributes, sorted. */
  readonly catalog: readonly string[];
  /** The rows of each table, as JSON, sorted, and the state of each sequence. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
}

/** The schemas of the application. */
const schemas = `select oid from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'kernel')`;

const acl = (column: string): string => `(select string_agg(x::text, ',' order by x::text) from unnest(${column}) x)`;

/** The names of the objects in the schemas of the application contain no oids, except those of internal triggers. */
const described = (prefix: string): string => `regexp_replace(pg_describe_object(${prefix}), '\\d{5,}', '#', 'g')`;

/** Objects, as address of `pg_depend`, that belong to the application. */
const own = `select 'pg_class'::regclass::oid as classid, oid as objid from pg_class where relnamespace in (${schemas})
  union all select 'pg_type'::regclass, oid from pg_type where typnamespace in (${schemas})
  union all select 'pg_proc'::regclass, oid from pg_proc where pronamespace in (${schemas})
  union all select 'pg_constraint'::regclass, oid from pg_constraint where connamespace in (${schemas})
  union all select 'pg_trigger'::regclass, t.oid from pg_trigger t join pg_class c on c.oid = tgrelid
    where relnamespace in (${schemas})
  union all select 'pg_rewrite'::regclass, r.oid from pg_rewrite r join pg_class c on c.oid = ev_class
    where relnamespace in (${schemas})
  union all select 'pg_attrdef'::regclass, d.oid from pg_attrdef d join pg_class c on c.oid = adrelid
    where relnamespace in (${schemas})
  union all select 'pg_policy'::regclass, p.oid from pg_policy p join pg_class c on c.oid = polrelid
    where relnamespace in (${schemas})
  union all select 'pg_statistic_ext'::regclass, oid from pg_statistic_ext where stxnamespace in (${schemas})
  union all select 'pg_namespace'::regclass, oid from pg_namespace where oid in (${schemas})`;

/**
 * Each query returns objects by kind and name, and their attributes as JSON. Oids, column numbers, file names and
 * statistics are left out: they differ between two databases that are equal in every other way.
 */
const queries: readonly string[] = [
  `select 'schema' as kind, nspname::text as name,
      jsonb_build_object('owner', nspowner::regrole::text, 'acl', ${acl('nspacl')}) as attributes
    from pg_namespace where oid in (${schemas})`,
  `select 'relation', c.oid::regclass::text, jsonb_build_object('kind', relkind, 'persistence', relpersistence,
      'owner', relowner::regrole::text, 'acl', ${acl('relacl')}, 'options', reloptions, 'toast', (select t.reloptions from pg_class t where t.oid = c.reltoastrelid),
      'rls', relrowsecurity, 'forced', relforcerowsecurity, 'identity', relreplident, 'populated', relispopulated,
      'method', (select amname from pg_am where pg_am.oid = relam), 'space', reltablespace,
      'key', pg_get_partkeydef(c.oid), 'bound', pg_get_expr(relpartbound, c.oid),
      'view', case when relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
      'parents', (select array_agg(inhparent::regclass::text order by inhseqno) from pg_inherits where inhrelid = c.oid),
      'dropped', (select count(*) from pg_attribute where attrelid = c.oid and attisdropped))
    from pg_class c where relnamespace in (${schemas})`,
  `select 'column', attrelid::regclass || '.' || attname, jsonb_build_object('type', format_type(atttypid, atttypmod),
      'not null', attnotnull, 'default', pg_get_expr(adbin, adrelid), 'identity', attidentity, 'generated', attgenerated,
      'collation', attcollation::regcollation::text, 'storage', attstorage, 'compression', attcompression,
      'statistics', attstattarget, 'options', attoptions, 'acl', ${acl('attacl')}, 'local', attislocal, 'inherited', attinhcount)
    from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef d on adrelid = attrelid and adnum = attnum
    where relnamespace in (${schemas}) and attnum > 0 and not attisdropped`,
  `select 'index', indexrelid::regclass::text, jsonb_build_object('definition', pg_get_indexdef(indexrelid), 'valid', indisvalid,
      'ready', indisready, 'live', indislive, 'clustered', indisclustered, 'identity', indisreplident, 'immediate', indimmediate)
    from pg_index join pg_class c on c.oid = indexrelid where relnamespace in (${schemas})`,
  `select 'constraint', concat_ws('.', nullif(conrelid, 0)::regclass, nullif(contypid, 0)::regtype, conname),
      jsonb_build_object('definition', pg_get_constraintdef(oid), 'type', contype, 'valid', convalidated,
      'deferrable', condeferrable, 'deferred', condeferred, 'local', conislocal, 'inherited', coninhcount)
    from pg_constraint where connamespace in (${schemas})`,
  `select 'trigger', tgrelid::regclass || '.' || tgname, jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', tgenabled)
    from pg_trigger t join pg_class c on c.oid = tgrelid where not tgisinternal and relnamespace in (${schemas})`,
  `select 'internal triggers', tgrelid::regclass::text, jsonb_agg(jsonb_build_object('function', tgfoid::regproc::text,
      'type', tgtype, 'enabled', tgenabled, 'deferrable', tgdeferrable, 'deferred', tginitdeferred, 'from', nullif(tgconstrrelid, 0)::regclass::text)
      order by tgfoid::regproc::text, tgtype, nullif(tgconstrrelid, 0)::regclass::text)
    from pg_trigger t join pg_class c on c.oid = tgrelid where tgisinternal and relnamespace in (${schemas}) group by 2`,
  `select 'rule', ev_class::regclass || '.' || rulename, jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled)
    from pg_rewrite r join pg_class c on c.oid = ev_class where relnamespace in (${schemas})`,
  `select 'policy', polrelid::regclass || '.' || polname, jsonb_build_object('command', polcmd, 'permissive', polpermissive,
      'roles', polroles::regrole[]::text, 'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
    from pg_policy p join pg_class c on c.oid = polrelid where relnamespace in (${schemas})`,
  `select 'type', t.oid::regtype::text, jsonb_build_object('type', typtype, 'owner', typowner::regrole::text, 'acl', ${acl('typacl')},
      'base', nullif(typbasetype, 0)::regtype::text, 'not null', typnotnull, 'default', typdefault,
      'labels', (select array_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid),
      'subtype', (select rngsubtype::regtype::text || ' ' || rngmultitypid::regtype from pg_range where rngtypid = t.oid))
    from pg_type t where typnamespace in (${schemas})`,
  `select 'function', oid::regprocedure::text, jsonb_build_object('owner', proowner::regrole::text, 'acl', ${acl('proacl')},
      'definition', case when prokind <> 'a' then pg_get_functiondef(oid) end)
    from pg_proc where pronamespace in (${schemas})`,
  `select 'sequence', seqrelid::regclass::text, to_jsonb(s) - 'seqrelid' - 'seqtypid' || jsonb_build_object('type', seqtypid::regtype::text)
    from pg_sequence s join pg_class c on c.oid = seqrelid where relnamespace in (${schemas})`,
  `select 'statistics', stxname::text, jsonb_build_object('definition', pg_get_statisticsobjdef(oid))
    from pg_statistic_ext where stxnamespace in (${schemas})`,
  `select 'default privileges', defaclrole::regrole || ' ' || defaclobjtype::text, to_jsonb(${acl('defaclacl')}) from pg_default_acl`,
  `select 'extension', extname::text, to_jsonb(extversion) from pg_extension`,
  `select 'event trigger', evtname::text, to_jsonb(evtevent) from pg_event_trigger`,
  `select 'publication', pubname::text, to_jsonb(puballtables) from pg_publication`,
  `select 'large objects', '', to_jsonb(count(*)) from pg_largeobject_metadata`,
  `select 'comment', ${described('d.classoid, d.objoid, d.objsubid')}, to_jsonb(description)
    from pg_description d where objoid >= 16384 or (classoid = 'pg_namespace'::regclass and objoid in (${schemas}))`,
  `select 'dependency', ${described('d.classid, d.objid, d.objsubid')},
      jsonb_agg(distinct d.deptype::text || ' ' || ${described('refclassid, refobjid, refobjsubid')})
    from pg_depend d join (${own}) own using (classid, objid) group by 2`,
  `select 'role', ${described('d.classid, d.objid, d.objsubid')}, jsonb_agg(distinct d.deptype::text || ' ' || refobjid::regrole)
    from pg_shdepend d join (${own}) own using (classid, objid)
    where dbid = (select oid from pg_database where datname = current_database()) group by 2`,
];

/**
 * Reads the whole content of a database by name, except the schema of the ledger. It does not use the kernel's own
 * catalog reader, and reads what that leaves out: owners, privileges, dependencies, storage, the state of sequences.
 */
export async function databaseContent(query: Query): Promise<DatabaseContent> {
  const objects = `select kind || ' ' || name || ' ' || coalesce(attributes::text, '') as line from (${queries.join('\nunion all ')}) objects`;
  const catalog = (await query(objects)).map(({ line }) => String(line)).toSorted();
  const relations = await query(
    `select oid::regclass::text as name, relkind = 'S' as "isSequence" from pg_class
      where relnamespace in (${schemas}) and relkind in ('r', 'm', 'S') order by 1`,
  );
  const selects = relations.map(({ name, isSequence }) => {
    const row = isSequence === true ? `jsonb_build_array(last_value, is_called)` : 'to_jsonb(t)';
    return `select '${String(name).replaceAll("'", "''")}' as name, ${row}::text as row from ${isSequence === true ? '' : 'only'} ${String(name)} t`;
  });
  const found = selects.length === 0 ? [] : await query(selects.join('\nunion all '));
  const rows: Record<string, string[]> = {};
  for (const { name, row } of found) (rows[String(name)] ??= []).push(String(row));
  return { catalog, rows: Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.toSorted()])) };
}
