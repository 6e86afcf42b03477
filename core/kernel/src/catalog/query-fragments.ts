import { quoteLiteral } from '../sql/quote.ts';

/** Stands for the schema of the tables, as a literal. See {@link inSchemas}. */
export const home = ':home';

/** Stands for the schemas that belong to ledgers and to other applications, as a list of literals. */
const hidden = ':hidden';

/** Completes a query that is built from these fragments. Names in the schema `tables` have no schema. */
export function inSchemas(query: string, tables: string, others: readonly string[]): string {
  return query
    .replaceAll(home, () => quoteLiteral(tables))
    .replaceAll(hidden, () => others.map(quoteLiteral).join(', '));
}

/**
 * Selects the application's schemas, excluding those of the server and of ledgers. An application whose tables are not
 * in `public` has one schema.
 */
export const isApplicationSchema = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname not in ('information_schema', ${hidden})
    and (${home} = 'public' or ${namespace}.nspname = ${home})`;

/** Returns a name as text, exactly as `nameText` writes it. */
export const qualifiedNameSql = (schema: string, name: string): string =>
  `case when ${schema} = ${home} then ${partSql(name)} else ${partSql(schema)} || '.' || ${partSql(name)} end`;

/** Returns the name of an object in the schema that `namespace` selects from `pg_namespace`. */
export const nameSql = (namespace: string, name: string): string => qualifiedNameSql(`${namespace}.nspname`, name);

/** Returns one part of a name, exactly as `namePart` writes it. */
export const partSql = (part: string): string =>
  `case when ${part} ~ '[."]' then '"' || replace(${part}, '"', '""') || '"' else ${part} end`;

/**
 * Excludes the server's own objects, whose oids are lower, and those of extensions, which are created and dropped with
 * their extension. With `by another object`, it also excludes parts of other objects, like the constructors of a range.
 * The comparison avoids `>= 16384`, because PostgreSQL treats every oid constant in a plan as a
 * relation that the plan depends on (`fix_expr_common`). In a new cluster, such as an embedded shadow, the first
 * relation to be created has that oid, and every change to it would invalidate the plans of all queries.
 */
export const isUserObject = (
  catalog: string,
  oid: string,
  created: 'by an extension' | 'by another object' = 'by an extension',
): string =>
  `${oid} > 16383 and not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid}
    and e.deptype ${created === 'by an extension' ? `= 'e'` : `in ('e', 'i')`})`;

/** Selects the relations of the application, as `c` in the schema `n`. */
export const applicationRelations = `pg_class c join pg_namespace n on n.oid = c.relnamespace and ${isApplicationSchema('n')} and ${isUserObject('pg_class', 'c.oid')}`;

/**
 * Returns a subquery for few rows, which PostgreSQL runs once and before it joins them. It has no statistics on the
 * catalogs of a new database, and would otherwise run the subquery again for each relation.
 */
export const fewRows = (select: string): string => `(with few as materialized (${select}) select * from few)`;

/** Returns the name of the root of the partition `c`; `null` for any other relation. */
export const rootNameSql = `case when c.relispartition then (select ${nameSql('rn', 'root.relname')} from pg_class root
  join pg_namespace rn on rn.oid = root.relnamespace where root.oid = pg_partition_root(c.oid)) end`;

/** Whether the relation `c` has parts in the catalog. The parts of any other relation are settings of the relation. */
export const isTable = `(c.relkind in ('r', 'p') and not c.relispartition)`;

/**
 * Selects the sequences that belong to a column, which PostgreSQL drops them with, and the statements that give them to
 * the column and take them back. A sequence is a part of its column in an identity, and in a column as `serial` makes it,
 * whose default is the next value and nothing else. Any other sequence is an object of its own.
 */
export const columnSequencesSql = `select u.objid as sequence, u.refobjid as "table", u.refobjsubid as "column",
      u.deptype = 'i' or (uc.relkind in ('r', 'p') and not uc.relispartition and ua.attnotnull and (ua.attislocal or ua.attinhcount = 0)
        and ua.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
        and coalesce(pg_get_expr(ud.adbin, ud.adrelid) = format('nextval(%L::regclass)', u.objid::regclass), false)) as "isPart",
      format('alter sequence %s owned by %s.%I;', u.objid::regclass, uc.oid::regclass, ua.attname) as set,
      format('alter sequence %s owned by none;', u.objid::regclass) as reset
    from pg_depend u join pg_class uc on uc.oid = u.refobjid join pg_attribute ua on ua.attrelid = u.refobjid and ua.attnum = u.refobjsubid
      join pg_sequence uq on uq.seqrelid = u.objid left join pg_attrdef ud on ud.adrelid = u.refobjid and ud.adnum = u.refobjsubid
    where u.classid = 'pg_class'::regclass and u.refclassid = 'pg_class'::regclass and u.deptype in ('a', 'i')`;

/** The name that {@link columnSequencesSql} has within the query for a catalog, which runs it once. */
export const columnSequences = 'column_sequences';

/** Whether the sequence `c` is a part of a column. */
export const isPartOfColumn = `c.oid in (select o.sequence from ${columnSequences} o where o."isPart")`;

/** Returns the statement that creates the sequence `c`, whose options are `s`. */
export const sequenceDefinitionSql = `format('create sequence %s as %s increment %s minvalue %s maxvalue %s start %s cache %s%s', c.oid::regclass,
        s.seqtypid::regtype, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
        case when s.seqcycle then ' cycle' end)`;

/** Returns the comment of an object or a column. The functions of PostgreSQL that do this take several times as long. */
export const commentSql = (catalog: string, oid: string, column = '0'): string =>
  `(select co.description from pg_description co where co.classoid = '${catalog}'::regclass and co.objoid = ${oid} and co.objsubid = ${column})`;

/** Returns the type of the relation `c`, as `alter` and `comment on` expect it. */
export const relationTypeSql = `case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
  when 'f' then 'foreign table' when 'S' then 'sequence' else 'table' end`;

/**
 * Returns the argument types of a function or an aggregate `p`. The names and the results among its arguments do not
 * identify it.
 */
export const argumentsSql = `case when p.prokind <> 'a' then oidvectortypes(p.proargtypes) when p.pronargs = 0 then '*'
  else pg_get_function_identity_arguments(p.oid) end`;
