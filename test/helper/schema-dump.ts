/** Runs one statement and returns its rows: a method of a session, a driver or an ORM. */
export type Query = (text: string) => Promise<readonly Record<string, unknown>[]>;

const parts: readonly string[] = [
  `select 'table ' || c.relname || ' ' || c.relkind::text as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'v', 'm', 'S', 'p')`,
  `select format('column %s.%s %s %s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' else 'null' end, coalesce(pg_get_expr(d.adbin, d.adrelid), 'none')) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname = 'public' and c.relkind in ('r', 'v', 'p') and a.attnum > 0 and not a.attisdropped`,
  `select format('constraint %s.%s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid),
      case when k.convalidated then '' else 'not valid' end) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and k.contype <> 'n'`,
  `select format('index %s %s', pg_get_indexdef(i.indexrelid), case when i.indisvalid then '' else 'INVALID' end) as line
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public'`,
  `select format('type %s %s', t.typname, string_agg(e.enumlabel, ',' order by e.enumsortorder)) as line
    from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = 'public' group by t.typname`,
];

/**
 * Describes the schema `public` in sorted lines, by name. Column positions and oids are left out, because they may
 * differ between two databases with the same schema. This function does not use the kernel's own catalog reader, so
 * tests can compare the two.
 */
export async function dumpSchema(query: Query): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const part of parts) lines.push(...(await query(part)).map((row) => String(row['line']).trim()));
  return lines.toSorted();
}
