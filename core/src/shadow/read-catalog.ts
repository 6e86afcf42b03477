import type { Session } from '../db/session.ts';
import type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogEnum,
  CatalogIndex,
  CatalogSchema,
  CatalogTable,
} from './catalog.ts';

/** The schemas that are an application's: not the server's, not the ledger's. */
const mine = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname not in ('information_schema', 'kernel')`;

/** A name with its schema in front, unless that is `public`. Nothing is quoted: these are names, not SQL. */
const named = (namespace: string, name: string): string =>
  `case when ${namespace}.nspname = 'public' then ${name} else ${namespace}.nspname || '.' || ${name} end`;

/** Not what an extension brings along: that comes and goes with it. */
const ownOid = (of: string, oid: string): string =>
  `not exists (select from pg_depend e where e.classid = '${of}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

const relation = `pg_class c join pg_namespace n on n.oid = c.relnamespace and ${mine('n')} and ${ownOid('pg_class', 'c.oid')}`;

const queries = {
  schemas: `select nspname as name, obj_description(n.oid, 'pg_namespace') as comment from pg_namespace n
    where ${mine('n')} and nspname <> 'public' order by 1`,
  enums: `select ${named('n', 't.typname')} as name, obj_description(t.oid, 'pg_type') as comment,
      array_agg(e.enumlabel::text order by e.enumsortorder) as values
    from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace and ${mine('n')}
    where ${ownOid('pg_type', 't.oid')} group by n.nspname, t.typname, t.oid order by 1`,
  tables: `select ${named('n', 'c.relname')} as name, obj_description(c.oid, 'pg_class') as comment,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionBy"
    from ${relation} where c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  columns: `select ${named('n', 'c.relname')} as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      case when coalesce(item.typtype, t.typtype) = 'e' then
        ${named('en', 'coalesce(item.typname, t.typname)')} end as "enum",
      a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as "default", a.attgenerated as generated,
      case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
      case when d.oid is not null and a.attidentity = '' and sequence.relname is not null
        and pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then ${named('sn', 'sequence.relname')} end as serial,
      case when a.attcollation <> t.typcollation then quote_ident(co.collname) end as collation,
      col_description(c.oid, a.attnum) as comment
    from ${relation} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid left join pg_type item on item.oid = t.typelem and t.typcategory = 'A'
      left join pg_namespace en on en.oid = coalesce(item.typnamespace, t.typnamespace)
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      left join pg_collation co on co.oid = a.attcollation
      left join pg_depend dep on dep.refclassid = 'pg_class'::regclass and dep.refobjid = c.oid
        and dep.refobjsubid = a.attnum and dep.classid = 'pg_class'::regclass and dep.deptype = 'a'
        and exists (select from pg_class s where s.oid = dep.objid and s.relkind = 'S')
      left join pg_class sequence on sequence.oid = dep.objid
      left join pg_namespace sn on sn.oid = sequence.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition order by c.oid, a.attnum`,
  // PostgreSQL 18 has a constraint for each `not null`, which older servers have not; the column says it.
  constraints: `select ${named('n', 'c.relname')} as "table", k.conname as name,
      case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
        when 'c' then 'check' else 'exclude' end as kind,
      array(select a.attname::text from unnest(k.conkey) with ordinality u(num, i)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.i) as columns,
      pg_get_constraintdef(k.oid) as definition,
      case when k.contype = 'f' then ${named('fn', 'f.relname')} end as target,
      array(select a.attname::text from unnest(k.confkey) with ordinality u(num, i)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.i) as "targetColumns",
      obj_description(k.oid, 'pg_constraint') as comment
    from pg_constraint k join pg_class c on c.oid = k.conrelid and not c.relispartition
      join pg_namespace n on n.oid = c.relnamespace and ${mine('n')} and ${ownOid('pg_class', 'c.oid')}
      left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    where k.contype in ('p', 'u', 'f', 'c', 'x') order by 1, k.oid`,
  indexes: `select ${named('n', 'c.relname')} as "table", x.relname as name, i.indisunique as unique,
      array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num order by u.at) as columns,
      substring(pg_get_indexdef(x.oid) from ' USING (.*)$') as definition,
      am.amname = 'btree' and i.indpred is null and i.indexprs is null and i.indnkeyatts = i.indnatts
        and x.reloptions is null and not i.indnullsnotdistinct
        and not exists (select from unnest(i.indoption::int2[]) o where o <> 0)
        and not exists (select from unnest(i.indclass::oid[]) o join pg_opclass op on op.oid = o where not op.opcdefault)
        and not exists (select from unnest(i.indkey::int2[], i.indcollation::oid[]) u(num, coll)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num where u.coll <> a.attcollation) as plain,
      obj_description(x.oid, 'pg_class') as comment
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am am on am.oid = x.relam
      join pg_class c on c.oid = i.indrelid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_namespace n on n.oid = c.relnamespace and ${mine('n')} and ${ownOid('pg_class', 'c.oid')}
    where not exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))
    order by 1, x.oid`,
  definitions: `select case c.relkind when 'v' then 'view' else 'materialized view' end as kind,
      ${named('n', 'c.relname')} as name, null as "table",
      format('create %s %I.%I as%s', case c.relkind when 'v' then 'view' else 'materialized view' end,
        n.nspname, c.relname, E'\\n' || pg_get_viewdef(c.oid)) as definition, c.oid
    from ${relation} where c.relkind in ('v', 'm')
    union all
    select 'function', ${named('n', 'p.proname')} || '(' || pg_get_function_identity_arguments(p.oid) || ')', null,
      pg_get_functiondef(p.oid), p.oid
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and ${mine('n')}
    where p.prokind in ('f', 'p') and ${ownOid('pg_proc', 'p.oid')}
    union all
    select 'trigger', g.tgname, ${named('n', 'c.relname')}, pg_get_triggerdef(g.oid), g.oid
    from pg_trigger g join ${relation} on c.oid = g.tgrelid where not g.tgisinternal
    union all
    select 'policy', p.polname, ${named('n', 'c.relname')},
      format('create policy %I on %I.%I as %s for %s to %s%s%s', p.polname, n.nspname, c.relname,
        case when p.polpermissive then 'permissive' else 'restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(p.polroles) r),
        ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
      p.oid
    from pg_policy p join ${relation} on c.oid = p.polrelid
    order by 5`,
} as const;

type Row<T> = T & { readonly table: string };

interface ConstraintRow extends Omit<CatalogConstraint, 'references'> {
  readonly table: string;
  readonly target: string | null;
  readonly targetColumns: readonly string[];
}

interface ColumnRow extends Omit<CatalogColumn, 'generated'> {
  readonly table: string;
  readonly generated: string;
}

/** Reads what is in a database, except for the server's own schemas and the ledger. */
export async function readCatalog({ query }: Pick<Session, 'query'>): Promise<Catalog> {
  const schemas = await query<CatalogSchema>(queries.schemas);
  const enums = await query<CatalogEnum>(queries.enums);
  const tables = await query<Pick<CatalogTable, 'name' | 'comment' | 'partitionBy'>>(queries.tables);
  const columns = Map.groupBy(await query<ColumnRow>(queries.columns), ({ table }) => table);
  const constraints = Map.groupBy(await query<ConstraintRow>(queries.constraints), ({ table }) => table);
  const indexes = Map.groupBy(await query<Row<CatalogIndex>>(queries.indexes), ({ table }) => table);
  const definitions = await query<CatalogDefinition & { readonly oid: unknown }>(queries.definitions);
  return Object.freeze({
    schemas: byName(schemas),
    enums: byName(enums),
    tables: byName(
      tables.map((table) => ({
        ...table,
        columns: byName((columns.get(table.name) ?? []).map(columnOf)),
        constraints: byName((constraints.get(table.name) ?? []).map(constraintOf)),
        indexes: byName(indexes.get(table.name) ?? []),
      })),
    ),
    definitions: new Map(
      definitions.map((one) => [`${one.kind} ${one.table === null ? '' : `${one.table}.`}${one.name}`, one]),
    ),
  });
}

function columnOf({ generated, ...column }: ColumnRow): CatalogColumn {
  const plain = { ...column, default: column.serial === null ? column.default : null, generated: null };
  if (generated === '' || column.default === null) return plain;
  return { ...plain, default: null, generated: { as: column.default, stored: generated === 's' } };
}

function constraintOf({ target, targetColumns, ...constraint }: ConstraintRow): CatalogConstraint {
  return { ...constraint, references: target === null ? null : { table: target, columns: targetColumns } };
}

function byName<T extends { readonly name: string }>(found: readonly T[]): ReadonlyMap<string, T> {
  return new Map(found.map((one) => [one.name, Object.freeze(one)]));
}
