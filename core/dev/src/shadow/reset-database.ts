import type { Session } from '@headwater/kernel/internal/database';

/** The kinds of objects to drop by name, ordered so that cascades drop few other objects. */
const droppableKinds = [
  'table',
  'view',
  'materialized view',
  'sequence',
  'function',
  'procedure',
  'composite type',
  'type',
];

/** An object that a new database does not have. */
interface AddedObject {
  readonly kind: string;
  /** The quoted name, for `drop`. */
  readonly name: string;
}

/**
 * Selects the objects that a new database does not have: extensions, schemas (including `public` if it was changed),
 * and objects in `public`, unless they are internal parts of other objects there.
 */
const addedObjects = `select 'extension' as kind, quote_ident(extname) as name from pg_extension where extname <> 'plpgsql'
  union all select 'schema', quote_ident(nspname) from pg_namespace n
    where nspname !~ '^pg_' and nspname <> 'information_schema'
      and not (nspname = 'public' and nspowner = 'pg_database_owner'::regrole
        and nspacl::text = '{pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}'
        and coalesce(obj_description(n.oid, 'pg_namespace'), '') in ('', 'standard public schema'))
  union all select i.type, i.identity from pg_depend d
    cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) i
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = to_regnamespace('public')
      and not exists (select from pg_depend o where o.classid = d.classid and o.objid = d.objid and o.objsubid = 0
        and o.deptype = 'i')
  union all select 'schema', 'public' where to_regnamespace('public') is null`;

/**
 * Resets a database to the state of a new one. When a schema is created or dropped, PostgreSQL replans every prepared
 * statement. This takes several times longer than reading a catalog, so `public` is kept if possible.
 */
export async function resetDatabase({ query, script }: Session): Promise<void> {
  const found = Map.groupBy(await query<AddedObject>(addedObjects), ({ kind }) => kind);
  const areDroppable = [...found.keys()].every((kind) => droppableKinds.includes(kind));
  const listed = (kind: string): string => (found.get(kind) ?? []).map(({ name }) => name).join(', ');
  const drops = (areDroppable ? droppableKinds : ['extension', 'schema'])
    .filter((kind) => found.has(kind))
    .map((kind) => `drop ${kind === 'composite type' ? 'type' : kind} if exists ${listed(kind)} cascade;`);
  const newPublic = `drop schema if exists public cascade; create schema public authorization pg_database_owner;
    grant usage on schema public to public;`;
  await script(`${drops.join('\n')} ${areDroppable ? '' : newPublic} reset all;`);
}
