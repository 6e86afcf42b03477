import { parametersSql } from './parameters-sql.ts';
import { applicationRelations, fewRows, isTable, relationTypeSql } from './query-fragments.ts';

/**
 * Selects the settings of indexes. Those of an index that a constraint created belong to the constraint. Indexes of
 * partitions and materialized views are settings themselves, and their settings belong to the relation.
 */
export const indexSettings = `select case when s.name like 'index %' then 'relation' when k.oid is not null then 'constraint' else 'index' end,
      n.nspname, c.relname, coalesce(k.conname, x.relname), s.name, s.set, s.reset
    from ${fewRows(`select i.indrelid, i.indexrelid, i.indisclustered, i.indisreplident, i.indisvalid from pg_index i
        join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
        where i.indexrelid > 16383 and (not ${isTable} or i.indisclustered or i.indisreplident or not i.indisvalid
          or i.indexprs is not null or x.reltablespace <> 0 or x.reloptions is not null)`)} i
      join pg_class x on x.oid = i.indexrelid join ${applicationRelations} on c.oid = i.indrelid
      left join pg_constraint k on k.conindid = x.oid and k.conrelid = c.oid and k.contype in ('p', 'u', 'x')
    cross join lateral (select concat('alter ', ${relationTypeSql}, ' ', c.oid::regclass) as alter) relation
    cross join lateral (
      select 'index ' || x.relname as name, format('create %sindex %I on %s using %s;', case when pg_get_indexdef(x.oid) like 'CREATE UNIQUE%' then 'unique ' end,
          x.relname, c.oid::regclass, substring(pg_get_indexdef(x.oid) from ' USING (.*)$')) || concat(
          (select format(E'\\ncomment on index %s is %L;', x.oid::regclass, d.description)
            from pg_description d where d.classoid = 'pg_class'::regclass and d.objoid = x.oid)) as set,
        format('drop index %s;', x.oid::regclass) as reset
      where not ${isTable} and k.oid is null and not x.relispartition
      union all
      select 'clustering', alter || ' cluster on ' || quote_ident(x.relname) || ';', alter || ' set without cluster;'
      where i.indisclustered
      union all
      select 'replica identity', alter || ' replica identity using index ' || quote_ident(x.relname) || ';',
        alter || ' replica identity default;'
      where i.indisreplident
      union all
      select 'tablespace', format('alter index %s set tablespace %I;', x.oid::regclass, p.spcname),
        format('alter index %s set tablespace pg_default;', x.oid::regclass)
      from pg_tablespace p where p.oid = x.reltablespace
      union all
      select 'validity', '', format('reindex index %s;', x.oid::regclass) where not i.indisvalid and not x.relispartition
      union all
      select 'statistics target of key ' || a.attnum, format('alter index %s alter column %s set statistics %s;', x.oid::regclass, a.attnum, a.attstattarget),
        format('alter index %s alter column %s set statistics -1;', x.oid::regclass, a.attnum)
      from pg_attribute a where a.attrelid = x.oid and a.attstattarget >= 0
      union all
      select p.name, p.set, p.reset from (${parametersSql('x.reloptions', `''`, `'alter index ' || x.oid::regclass`)}) p
      where k.contype in ('p', 'u') and not x.relispartition
    ) s`;
