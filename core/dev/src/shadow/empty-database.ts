import type { Session } from '@headwater/kernel/internal';

/** What can be dropped by the name that PostgreSQL gives it, in an order in which little is dropped along with other things. */
const droppable = ['table', 'view', 'materialized view', 'sequence', 'function', 'procedure', 'composite type', 'type'];

/** A thing that is in the database and not in a new one. */
interface Thing {
  readonly kind: string;
  /** As it stands in `drop`. */
  readonly name: string;
}

/**
 * What somebody made: extensions, schemas (`public` too, if it is not as it was), and what is in `public`, less
 * what cannot be dropped by itself, since it is a part of another thing there.
 */
const things = `select 'extension' as kind, quote_ident(extname) as name from pg_extension where extname <> 'plpgsql'
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
 * Makes a database as empty as a new one. PostgreSQL plans every prepared statement anew once any schema was made or
 * dropped, which takes several times as long as reading a catalog, so `public` stays where that is all the same.
 */
export async function emptyDatabase({ query, script }: Session): Promise<void> {
  const found = Map.groupBy(await query<Thing>(things), ({ kind }) => kind);
  const known = [...found.keys()].every((kind) => droppable.includes(kind));
  const listed = (kind: string): string => (found.get(kind) ?? []).map(({ name }) => name).join(', ');
  const drops = (known ? droppable : ['extension', 'schema'])
    .filter((kind) => found.has(kind))
    .map((kind) => `drop ${kind === 'composite type' ? 'type' : kind} if exists ${listed(kind)} cascade;`);
  const anew = `drop schema if exists public cascade; create schema public authorization pg_database_owner;
    grant usage on schema public to public;`;
  await script(`${drops.join('\n')} ${known ? '' : anew} reset all;`);
}
