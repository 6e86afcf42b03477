import { parametersSql } from './parameters-sql.ts';
import { applicationRelations, isPartOfColumn, relationTypeSql } from './query-fragments.ts';

/** Whether the table `c` has no replica identity, perhaps because the index that was its identity has been dropped. */
const hasNoReplicaIdentity = `(c.relreplident = 'n' or c.relreplident = 'i'
  and not exists (select from pg_index i where i.indrelid = c.oid and i.indisreplident))`;

/** Selects the settings of tables, partitions, views and other relations. */
export const relationSettings = `select 'relation' as kind, n.nspname as schema, c.relname as object, null as part, s.name, s.set, s.reset
    from ${applicationRelations} left join pg_am am on am.oid = c.relam
    cross join lateral (select concat('alter ', ${relationTypeSql}, ' ', c.oid::regclass) as alter) relation
    cross join lateral (
      select v.name, concat(alter, ' ', v.action, ';') as set, concat(alter, ' ', v.undo, ';') as reset
      from (values
        ('persistence', case when c.relpersistence = 'u' and c.relkind in ('r', 'S') then 'set unlogged' end, 'set logged'),
        ('row type', 'of ' || nullif(c.reloftype, 0)::regtype, 'not of'),
        ('access method', case when am.amname <> 'heap' then format('set access method %I', am.amname) end,
          'set access method heap'),
        ('tablespace', (select format('set tablespace %I', p.spcname) from pg_tablespace p where p.oid = c.reltablespace),
          'set tablespace pg_default'),
        ('replica identity', case when c.relkind not in ('r', 'p') then null when ${hasNoReplicaIdentity}
          then 'replica identity nothing' when c.relreplident = 'f' then 'replica identity full' end, 'replica identity default'),
        ('row security', case when c.relispartition and c.relrowsecurity then 'enable row level security' end,
          'disable row level security'),
        ('forced row security', case when c.relforcerowsecurity and (c.relispartition or not c.relrowsecurity)
          then 'force row level security' end, 'no force row level security')
        ) v(name, action, undo) where v.action is not null
      union all ${parametersSql('c.reloptions', `''`, 'alter')}
      union all select t.* from pg_class toast
        cross join lateral (${parametersSql('toast.reloptions', `'toast.'`, 'alter')}) t where toast.oid = c.reltoastrelid
      union all
      select 'population', format('refresh materialized view %s with no data;', c.oid::regclass),
        format('refresh materialized view %s;', c.oid::regclass) where c.relkind = 'm' and not c.relispopulated
    ) s
    where (c.relkind in ('r', 'p', 'v', 'm', 'f') or c.relkind = 'S' and c.relpersistence = 'u' and not ${isPartOfColumn})
      and (c.relpersistence = 'u' or c.reloftype <> 0 or am.amname <> 'heap' or c.reltablespace <> 0
      or c.relreplident = 'f' or ${hasNoReplicaIdentity} and c.relkind in ('r', 'p') or c.relrowsecurity or c.relforcerowsecurity
      or not c.relispopulated or c.reloptions is not null
      or exists (select from pg_class t where t.oid = c.reltoastrelid and t.reloptions is not null))`;
