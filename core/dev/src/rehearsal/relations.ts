import { inSchemas, nameSql } from '@headwater/kernel/internal/catalog';
import type { Session } from '@headwater/kernel/internal/database';
import type { LockMode, RehearsedRelation } from '@headwater/kernel/internal/migrations';
import { quoteLiteral } from '@headwater/kernel/internal/sql';

/** A table, an index, a view or a sequence. Its owner is looked up later. */
export interface Relation extends Omit<RehearsedRelation, 'plugin'> {
  readonly oid: string;
}

/** A lock that a server process holds at this moment. */
export interface Lock extends Relation {
  readonly mode: LockMode;
}

/** A relation with its file. */
export interface RelationFile extends Relation {
  /** Changes when the relation is rewritten or truncated. */
  readonly file: string;
  /** Its size with TOAST. */
  readonly bytes: number;
  readonly isEmpty: boolean;
}

/** The relation `c`, with the table of an index. */
const relationColumns = `c.oid::text as oid, ${nameSql('n', 'c.relname')} as name,
    case when c.relkind in ('i', 'I') then 'index' when c.relkind in ('v', 'm') then 'view' when c.relkind = 'S' then 'sequence'
      else 'table' end as kind,
    case when t.oid is null then ${nameSql('n', 'c.relname')} else ${nameSql('tn', 't.relname')} end as "table"`;

const relations = `pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid
    left join pg_class t on t.oid = i.indrelid left join pg_namespace tn on tn.oid = t.relnamespace`;

/** Excludes the ledger, TOAST tables, which are locked and rewritten with their tables, and temporary tables. */
const isShown = (ledger: string): string =>
  `n.nspname !~ '^pg_(?:toast|temp)' and n.nspname not in ('information_schema', ${quoteLiteral(ledger)})`;

/**
 * Reads the locks on relations that the server process `pid` holds. A relation that its open transaction has created is
 * not visible here, nor to anybody who could wait for it. Of the server's own catalogs, which every DDL statement writes to,
 * only locks are listed that keep others from doing so.
 */
export function readLocks({ query, schemas }: Session, pid: number | null): Promise<readonly Lock[]> {
  const text = `select ${relationColumns}, l.mode
    from pg_locks l join ${relations} on c.oid = l.relation
    where l.pid = $1 and l.locktype = 'relation' and l.granted and ${isShown(schemas.ledger)}
      and l.database in (0, (select oid from pg_database where datname = current_database()))
      and (n.nspname <> 'pg_catalog'
        or l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`;
  return query<Lock>(inSchemas(text, schemas.tables, []), [pid]);
}

/** Reads the files of all tables, materialized views and indexes. No transaction may hold a strong lock on one of them. */
export async function readFiles({ query, schemas }: Session): Promise<ReadonlyMap<string, RelationFile>> {
  const text = `select ${relationColumns}, c.relfilenode::text as file, pg_table_size(c.oid)::float8 as bytes,
      pg_relation_size(c.oid) = 0 as "isEmpty"
    from ${relations}
    where c.relkind in ('r', 'm', 'i') and c.relfilenode <> 0 and n.nspname <> 'pg_catalog' and ${isShown(schemas.ledger)}`;
  const rows = await query<RelationFile>(inSchemas(text, schemas.tables, []));
  return new Map(rows.map((row) => [row.oid, row]));
}
