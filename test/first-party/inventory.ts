import type { Session } from '../../core/kernel/src/db/session.ts';

/** Lists every table, column, index, constraint and sequence in the schema `public`, by kind and name. */
export async function inventoryOf(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(`
    with relations as (select oid, relname, relkind from pg_class where relnamespace = 'public'::regnamespace)
    select 'table ' || relname as name from relations where relkind = 'r'
    union all
    select format('column %s.%s', relname, attname) from relations join pg_attribute on attrelid = relations.oid
      where relkind = 'r' and attnum > 0 and not attisdropped
    union all
    select format('sequence %s.%s', refobjid::regclass, relname)
      from relations join pg_depend on objid = relations.oid and deptype = 'a' where relkind = 'S'
    union all
    select format('index %s.%s', indrelid::regclass, relname) from relations join pg_index on indexrelid = relations.oid
      where not exists (select from pg_constraint where conindid = relations.oid)
    union all
    select format('%s %s.%s', case contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' else 'check' end,
      conrelid::regclass, conname) from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
  `);
  return rows.map(({ name }) => name).toSorted();
}
