/** Selects the application's schemas, excluding those of the server and of the ledger. */
export const isApplicationSchema = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname not in ('information_schema', 'kernel')`;

/** Returns a name as text, exactly as `nameText` writes it. */
export const nameSql = (namespace: string, name: string): string =>
  `case when ${namespace}.nspname = 'public' then ${partSql(name)} else ${partSql(`${namespace}.nspname`)} || '.' || ${partSql(name)} end`;

const partSql = (part: string): string =>
  `case when ${part} ~ '[."]' then '"' || replace(${part}, '"', '""') || '"' else ${part} end`;

/**
 * Excludes the server's own objects, whose oids are lower, and those of extensions, which are created and dropped with
 * their extension. The comparison avoids `>= 16384`, because PostgreSQL treats every oid constant in a plan as a
 * relation that the plan depends on (`fix_expr_common`). In a new cluster, such as an embedded shadow, the first
 * relation to be created has that oid, and every change to it would invalidate the plans of all queries.
 */
export const isUserObject = (catalog: string, oid: string): string =>
  `${oid} > 16383 and not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** Selects the relations of the application, as `c` in the schema `n`. */
export const applicationRelations = `pg_class c join pg_namespace n on n.oid = c.relnamespace and ${isApplicationSchema('n')} and ${isUserObject('pg_class', 'c.oid')}`;
