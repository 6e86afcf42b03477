/** The schemas that are an application's: not the server's, not the ledger's. */
export const mine = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname not in ('information_schema', 'kernel')`;

/** A name with its schema in front, unless that is `public`. Nothing is quoted: these are names, not SQL. */
export const named = (namespace: string, name: string): string =>
  `case when ${namespace}.nspname = 'public' then ${name} else ${namespace}.nspname || '.' || ${name} end`;

/**
 * Neither the server's own, which have lower numbers, nor what an extension brings along: that comes and goes with it. Not
 * `>= 16384`: PostgreSQL takes each oid in a plan for a relation that it depends on (`fix_expr_common`), and would plan
 * every query anew whenever the first relation changes that was made in a new cluster, such as an embedded shadow.
 */
export const ownOid = (of: string, oid: string): string =>
  `${oid} > 16383 and not exists (select from pg_depend e where e.classid = '${of}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** Relations that are an application's, as `c` in the schema `n`. */
export const relation = `pg_class c join pg_namespace n on n.oid = c.relnamespace and ${mine('n')} and ${ownOid('pg_class', 'c.oid')}`;
