import { isUserObject } from './query-fragments.ts';

const count = (kind: string, catalog: string, condition = 'true'): string =>
  `select '${kind}' as kind, count(*)::int as count from ${catalog} o where ${isUserObject(catalog, 'o.oid', 'by another object')} and ${condition}`;

const countAll = (kind: string, catalog: string, condition: string): string =>
  `select '${kind}', count(*)::int from ${catalog} o where ${condition}`;

/** Counts the objects of the kinds that no other query reads. Roles, databases and tablespaces belong to the server. */
export const unreadQuery = `select kind, count from (${[
  // A base type or a shell, but not the array, the row type or the multirange of another type.
  count('base type', 'pg_type', `o.typtype in ('b', 'p') and o.typelem = 0 and o.typrelid = 0`),
  count('operator', 'pg_operator'),
  count('operator class', 'pg_opclass'),
  // Every operator class without a family gets one of its own name.
  count('operator family', 'pg_opfamily', 'not exists (select from pg_opclass c where c.opcfamily = o.oid)'),
  count('cast', 'pg_cast'),
  count('conversion', 'pg_conversion'),
  count('language', 'pg_language'),
  count('transform', 'pg_transform'),
  count('access method', 'pg_am'),
  count('text search configuration', 'pg_ts_config'),
  count('text search dictionary', 'pg_ts_dict'),
  count('text search parser', 'pg_ts_parser'),
  count('text search template', 'pg_ts_template'),
  count('foreign partition', 'pg_class', `o.relkind = 'f' and o.relispartition`),
  countAll('user mapping', 'pg_user_mappings', 'true'),
  countAll('security label', 'pg_seclabel', 'true'),
  countAll(
    'subscription',
    'pg_subscription',
    'o.subdbid = (select d.oid from pg_database d where d.datname = current_database())',
  ),
].join('\n    union all ')}) unread where count > 0 order by 1`;
