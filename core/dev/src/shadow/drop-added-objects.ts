import type { Session } from '@headwater/kernel/internal/database';

/** The kinds of objects to drop by name, ordered so that cascades drop few other objects. Event triggers may refuse drops. */
const droppableKinds = [
  'event trigger',
  'extension',
  'publication',
  'foreign data wrapper',
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'composite type',
  'type',
  'collation',
  'operator',
  'text search configuration',
  'text search dictionary',
  // Comes last, since PostgreSQL replans every prepared statement when a schema is dropped.
  'schema',
];

/** An object that a new database does not have. */
interface AddedObject {
  readonly kind: string;
  /** The quoted name, for `drop`. */
  readonly name: string;
}

/**
 * Selects the objects that a new shadow does not have: extensions and other objects without a schema, schemas, and
 * objects in `public`, unless they are internal parts of other objects there.
 */
const addedObjects = `select 'extension' as kind, quote_ident(extname) as name from pg_extension where extname <> 'plpgsql'
  union all select 'event trigger', quote_ident(evtname) from pg_event_trigger
  union all select 'publication', quote_ident(pubname) from pg_publication
  union all select 'foreign data wrapper', quote_ident(fdwname) from pg_foreign_data_wrapper
  union all select 'schema', quote_ident(nspname) from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'kernel')
  union all select i.type, i.identity from pg_depend d
    cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) i
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = to_regnamespace('public')
      and not exists (select from pg_depend o where o.classid = d.classid and o.objid = d.objid and o.objsubid = 0
        and o.deptype = 'i')`;

/**
 * Drops most kinds of objects that revisions create. It does not claim to drop everything: a fingerprint shows whether
 * anything is left.
 */
export async function dropAddedObjects({ query, script }: Session): Promise<void> {
  const found = Map.groupBy(await query<AddedObject>(addedObjects), ({ kind }) => kind);
  const drops = droppableKinds.flatMap((kind) => {
    const names = (found.get(kind) ?? []).map(({ name }) => name);
    if (names.length === 0) return [];
    return [`drop ${kind === 'composite type' ? 'type' : kind} if exists ${names.join(', ')} cascade;`];
  });
  if (drops.length > 0) await script(drops.join('\n'));
}
