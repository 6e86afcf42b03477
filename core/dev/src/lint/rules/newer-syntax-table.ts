import type { ColumnDef, Constraint, Node, ReturningClause } from 'libpg-query';
import { optionsIn, nodesIn, stringsIn } from '@headwater/kernel/internal/sql';

/** Syntax that PostgreSQL 18 parses but PostgreSQL 15 cannot parse or cannot run. */
export interface NewerSyntax {
  /** Its name, phrased to follow "uses". */
  readonly name: string;
  /** The major version of PostgreSQL that introduced it. */
  readonly since: number;
  /** SQL that uses it. */
  readonly example: string;
  /** The equivalent for older servers. */
  readonly instead: string;
  /** Whether a node of the syntax tree uses it. */
  readonly matches: (node: Node) => boolean;
}

const definitionsWith =
  (has: (definition: ColumnDef) => boolean) =>
  (node: Node): boolean =>
    'ColumnDef' in node && has(node.ColumnDef);

const constraintsWith =
  (has: (constraint: Constraint) => boolean) =>
  (node: Node): boolean =>
    'Constraint' in node && has(node.Constraint);

const anyOf =
  (...tags: readonly string[]) =>
  (node: Node): boolean =>
    tags.some((tag) => tag in node);

const copyWith =
  (...names: readonly string[]) =>
  (node: Node): boolean =>
    'CopyStmt' in node && optionsIn(node.CopyStmt.options).some(({ defname = '' }) => names.includes(defname));

function returningOf(node: Node): ReturningClause | undefined {
  if ('InsertStmt' in node) return node.InsertStmt.returningClause;
  if ('UpdateStmt' in node) return node.UpdateStmt.returningClause;
  if ('DeleteStmt' in node) return node.DeleteStmt.returningClause;
  return 'MergeStmt' in node ? node.MergeStmt.returningClause : undefined;
}

/** Matches `old.a` and `new.a` in `returning`, unless `old` or `new` is the name of a table, which is not new. */
function returnsOldOrNew(node: Node): boolean {
  const clause = returningOf(node);
  if (clause === undefined) return false;
  if ((clause.options ?? []).length > 0) return true;
  const called = nodesIn(node).flatMap((one) => ('RangeVar' in one ? [one.RangeVar] : []));
  const relations = [
    ...called,
    ...Object.values(node as Readonly<Record<string, { relation?: (typeof called)[number] }>>).flatMap(
      ({ relation }) => relation ?? [],
    ),
  ];
  const taken = new Set(relations.map(({ alias, relname }) => alias?.aliasname ?? relname));
  return nodesIn(clause.exprs).some((one) => {
    if (!('ColumnRef' in one)) return false;
    const { fields = [] } = one.ColumnRef;
    const [first = ''] = stringsIn(fields);
    return fields.length > 1 && (first === 'old' || first === 'new') && !taken.has(first);
  });
}

/**
 * The syntax that `newer-syntax` reports. It cannot report syntax that is missing here, nor syntax that the parser does
 * not distinguish from an older form.
 */
export const newerSyntaxTable: readonly NewerSyntax[] = [
  {
    name: 'SQL/JSON constructors',
    since: 16,
    example: "select json_object('a': 1)",
    instead: "jsonb_build_object('a', 1), jsonb_build_array(1), jsonb_agg(…), jsonb_object_agg(…)",
    matches: anyOf(
      'JsonObjectConstructor',
      'JsonArrayConstructor',
      'JsonArrayQueryConstructor',
      'JsonObjectAgg',
      'JsonArrayAgg',
    ),
  },
  {
    name: 'IS JSON',
    since: 16,
    example: "select '{}' is json",
    instead: 'a cast to jsonb, which fails on text that is not JSON',
    matches: anyOf('JsonIsPredicate'),
  },
  {
    name: 'a subquery in FROM without an alias',
    since: 16,
    example: 'select 1 from (select 1)',
    instead: 'select 1 from (select 1) as "it"',
    matches: (node) => 'RangeSubselect' in node && node.RangeSubselect.alias === undefined,
  },
  {
    name: 'STORAGE in a column definition',
    since: 16,
    example: 'create table t (a text storage external)',
    instead: 'alter table "t" alter column "a" set storage external',
    matches: definitionsWith(({ storage_name: storage }) => storage !== undefined),
  },
  {
    name: 'CREATE STATISTICS without a name',
    since: 16,
    example: 'create statistics on a, b from t',
    instead: 'create statistics "t_a_b_stat" on …',
    matches: (node) => 'CreateStatsStmt' in node && (node.CreateStatsStmt.defnames ?? []).length === 0,
  },
  {
    name: 'DEFAULT in COPY',
    since: 16,
    example: "copy t from stdin (default 'x')",
    instead: 'a list of the columns that the data contains',
    matches: copyWith('default'),
  },
  {
    name: 'INDENT in XMLSERIALIZE',
    since: 16,
    example: "select xmlserialize(document '<a/>' as text indent)",
    instead: 'xmlserialize(document … as text)',
    matches: (node) => 'XmlSerialize' in node && node.XmlSerialize.indent === true,
  },
  {
    name: 'RETURNING in MERGE',
    since: 17,
    example: 'merge into t using t as u on t.a = u.a when matched then delete returning t.a',
    instead: 'insert … on conflict … returning, or a query after the merge',
    matches: (node) => 'MergeStmt' in node && node.MergeStmt.returningClause !== undefined,
  },
  {
    name: 'WHEN NOT MATCHED BY SOURCE in MERGE',
    since: 17,
    example: 'merge into t using t as u on t.a = u.a when not matched by source then delete',
    instead: 'a separate delete … where not exists (…)',
    matches: (node) =>
      'MergeWhenClause' in node && node.MergeWhenClause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE',
  },
  {
    name: 'JSON_TABLE',
    since: 17,
    example: "select 1 from json_table('1', '$' columns (b int path '$')) as j",
    instead: 'jsonb_to_recordset(…) as t (b int)',
    matches: anyOf('JsonTable'),
  },
  {
    name: 'SQL/JSON query functions',
    since: 17,
    example: "select json_value('1', '$')",
    instead: 'jsonb_path_query_first(…), jsonb_path_exists(…), to_jsonb(…)',
    matches: anyOf('JsonFuncExpr', 'JsonParseExpr', 'JsonScalarExpr', 'JsonSerializeExpr'),
  },
  {
    name: 'AT LOCAL',
    since: 17,
    example: 'select now() at local',
    instead: "at time zone current_setting('TimeZone')",
    matches: (node) =>
      'FuncCall' in node &&
      node.FuncCall.funcformat === 'COERCE_SQL_SYNTAX' &&
      stringsIn(node.FuncCall.funcname).at(-1) === 'timezone' &&
      (node.FuncCall.args ?? []).length === 1,
  },
  {
    name: 'SET EXPRESSION of a generated column',
    since: 17,
    example: 'alter table t alter column g set expression as (a + 2)',
    instead: 'drop the column and add it with the new expression',
    matches: (node) => 'AlterTableCmd' in node && node.AlterTableCmd.subtype === 'AT_SetExpression',
  },
  {
    name: 'SET ACCESS METHOD DEFAULT',
    since: 17,
    example: 'alter table t set access method default',
    instead: 'set access method "heap"',
    matches: (node) =>
      'AlterTableCmd' in node &&
      node.AlterTableCmd.subtype === 'AT_SetAccessMethod' &&
      node.AlterTableCmd.name === undefined,
  },
  {
    name: 'ON_ERROR and LOG_VERBOSITY in COPY',
    since: 17,
    example: 'copy t from stdin (on_error ignore)',
    instead: 'a copy into a table of text columns, and an insert of the valid rows',
    matches: copyWith('on_error', 'log_verbosity'),
  },
  {
    name: 'random() with bounds',
    since: 17,
    example: 'select random(1, 6)',
    instead: 'floor(1 + random() * 6)::int',
    matches: (node) =>
      'FuncCall' in node &&
      stringsIn(node.FuncCall.funcname).at(-1) === 'random' &&
      (node.FuncCall.args ?? []).length === 2,
  },
  {
    name: 'virtual generated columns',
    since: 18,
    example: 'create table u (a int, b int generated always as (a + 1) virtual)',
    instead: 'generated always as (…) stored, or a view',
    matches: constraintsWith(({ contype, generated_kind: kind }) => contype === 'CONSTR_GENERATED' && kind === 'v'),
  },
  {
    name: 'NOT ENFORCED and ENFORCED',
    since: 18,
    example: 'alter table t add constraint c check (a > 0) not enforced',
    instead: 'check (…) not valid, which applies to new rows',
    matches: (node) => {
      if ('ATAlterConstraint' in node) return node.ATAlterConstraint.alterEnforceability === true;
      if (!('Constraint' in node)) return false;
      const { contype, is_enforced: enforced } = node.Constraint;
      if (contype === 'CONSTR_ATTR_ENFORCED' || contype === 'CONSTR_ATTR_NOT_ENFORCED') return true;
      return (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') && enforced !== true;
    },
  },
  {
    name: 'NOT NULL as a table constraint',
    since: 18,
    example: 'alter table t add constraint c not null a',
    instead: 'alter column "a" set not null',
    matches: constraintsWith(({ contype, keys = [] }) => contype === 'CONSTR_NOTNULL' && keys.length > 0),
  },
  {
    name: 'WITHOUT OVERLAPS and PERIOD',
    since: 18,
    example: 'create table u (a int, r tsrange, primary key (a, r without overlaps))',
    instead: 'exclude using gist (a with =, r with &&)',
    matches: constraintsWith(
      ({ without_overlaps: overlaps, fk_with_period: period }) => overlaps === true || period === true,
    ),
  },
  {
    name: 'INHERIT in ALTER CONSTRAINT',
    since: 18,
    example: 'alter table t alter constraint c no inherit',
    instead: 'drop the constraint and add it again',
    matches: (node) => 'ATAlterConstraint' in node && node.ATAlterConstraint.alterInheritability === true,
  },
  {
    name: 'OLD and NEW in RETURNING',
    since: 18,
    example: 'update t set a = 2 returning old.a, new.a',
    instead: 'with "before" as (select … for update) update … returning',
    matches: returnsOldOrNew,
  },
  {
    name: 'REJECT_LIMIT in COPY',
    since: 18,
    example: 'copy t from stdin (on_error ignore, reject_limit 3)',
    instead: 'a copy into a table of text columns, and an insert of the valid rows',
    matches: copyWith('reject_limit'),
  },
  {
    name: 'VACUUM ONLY and ANALYZE ONLY',
    since: 18,
    example: 'analyze only t',
    instead: 'analyze "t"',
    matches: (node) =>
      'VacuumRelation' in node &&
      node.VacuumRelation.relation?.inh !== true &&
      node.VacuumRelation.relation !== undefined,
  },
];

const functionsByVersion: Readonly<Record<number, string>> = {
  16:
    'any_value array_sample array_shuffle date_add date_subtract erf erfc random_normal pg_input_is_valid ' +
    'pg_input_error_info json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict ' +
    'json_object_agg_unique jsonb_object_agg_unique json_object_agg_unique_strict jsonb_object_agg_unique_strict',
  17: 'to_bin to_oct uuid_extract_timestamp uuid_extract_version unicode_assigned unicode_version icu_unicode_version xmltext jsonb_populate_record_valid pg_basetype to_regtypemod',
  18: 'uuidv4 uuidv7 casefold crc32 crc32c gamma lgamma array_reverse array_sort pg_get_acl',
};

/** Functions that are newer than PostgreSQL 15, each with the major version that introduced it. */
export const newerFunctions: ReadonlyMap<string, number> = new Map(
  Object.entries(functionsByVersion).flatMap(([since, names]) =>
    names.split(' ').map((name) => [name, Number(since)] as const),
  ),
);
