import type { ColumnDef, Constraint, Node, ReturningClause } from 'libpg-query';
import { elements, nodesIn, stringsIn } from '@headwater/kernel/internal';

/** Something that the parser of PostgreSQL 18 takes and that of PostgreSQL 15 does not, or does not run. */
export interface NewerSyntax {
  /** What it is, in a sentence after «uses». */
  readonly name: string;
  /** The major version of PostgreSQL that brought it. */
  readonly since: number;
  /** SQL that has it. */
  readonly example: string;
  /** What to write for older servers. */
  readonly instead: string;
  /** Whether a node is it. */
  readonly found: (node: Node) => boolean;
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
    'CopyStmt' in node && elements(node.CopyStmt.options).some(({ defname = '' }) => names.includes(defname));

function returningOf(node: Node): ReturningClause | undefined {
  if ('InsertStmt' in node) return node.InsertStmt.returningClause;
  if ('UpdateStmt' in node) return node.UpdateStmt.returningClause;
  if ('DeleteStmt' in node) return node.DeleteStmt.returningClause;
  return 'MergeStmt' in node ? node.MergeStmt.returningClause : undefined;
}

/** `old.a` and `new.a` in `returning`; a table may be called so, and then it is nothing new. */
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

/** What is looked for. What is not here is not noticed, nor what the parser cannot tell from something older. */
export const newerSyntax: readonly NewerSyntax[] = [
  {
    name: 'SQL/JSON constructors',
    since: 16,
    example: "select json_object('a': 1)",
    instead: "jsonb_build_object('a', 1), jsonb_build_array(1), jsonb_agg(…), jsonb_object_agg(…)",
    found: anyOf(
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
    instead: 'a cast to jsonb, which fails on what is none',
    found: anyOf('JsonIsPredicate'),
  },
  {
    name: 'a subquery in FROM without an alias',
    since: 16,
    example: 'select 1 from (select 1)',
    instead: 'select 1 from (select 1) as "it"',
    found: (node) => 'RangeSubselect' in node && node.RangeSubselect.alias === undefined,
  },
  {
    name: 'STORAGE of a column that is created',
    since: 16,
    example: 'create table t (a text storage external)',
    instead: 'alter table "t" alter column "a" set storage external',
    found: definitionsWith(({ storage_name: storage }) => storage !== undefined),
  },
  {
    name: 'CREATE STATISTICS without a name',
    since: 16,
    example: 'create statistics on a, b from t',
    instead: 'create statistics "t_a_b_stat" on …',
    found: (node) => 'CreateStatsStmt' in node && (node.CreateStatsStmt.defnames ?? []).length === 0,
  },
  {
    name: 'DEFAULT of COPY',
    since: 16,
    example: "copy t from stdin (default 'x')",
    instead: 'a list of the columns that the data has',
    found: copyWith('default'),
  },
  {
    name: 'INDENT of XMLSERIALIZE',
    since: 16,
    example: "select xmlserialize(document '<a/>' as text indent)",
    instead: 'xmlserialize(document … as text)',
    found: (node) => 'XmlSerialize' in node && node.XmlSerialize.indent === true,
  },
  {
    name: 'RETURNING of MERGE',
    since: 17,
    example: 'merge into t using t as u on t.a = u.a when matched then delete returning t.a',
    instead: 'insert … on conflict … returning, or a query after it',
    found: (node) => 'MergeStmt' in node && node.MergeStmt.returningClause !== undefined,
  },
  {
    name: 'WHEN NOT MATCHED BY SOURCE of MERGE',
    since: 17,
    example: 'merge into t using t as u on t.a = u.a when not matched by source then delete',
    instead: 'a delete … where not exists (…) of its own',
    found: (node) => 'MergeWhenClause' in node && node.MergeWhenClause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE',
  },
  {
    name: 'JSON_TABLE',
    since: 17,
    example: "select 1 from json_table('1', '$' columns (b int path '$')) as j",
    instead: 'jsonb_to_recordset(…) as t (b int)',
    found: anyOf('JsonTable'),
  },
  {
    name: 'SQL/JSON query functions',
    since: 17,
    example: "select json_value('1', '$')",
    instead: 'jsonb_path_query_first(…), jsonb_path_exists(…), to_jsonb(…)',
    found: anyOf('JsonFuncExpr', 'JsonParseExpr', 'JsonScalarExpr', 'JsonSerializeExpr'),
  },
  {
    name: 'AT LOCAL',
    since: 17,
    example: 'select now() at local',
    instead: "at time zone current_setting('TimeZone')",
    found: (node) =>
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
    found: (node) => 'AlterTableCmd' in node && node.AlterTableCmd.subtype === 'AT_SetExpression',
  },
  {
    name: 'SET ACCESS METHOD DEFAULT',
    since: 17,
    example: 'alter table t set access method default',
    instead: 'set access method "heap"',
    found: (node) =>
      'AlterTableCmd' in node &&
      node.AlterTableCmd.subtype === 'AT_SetAccessMethod' &&
      node.AlterTableCmd.name === undefined,
  },
  {
    name: 'ON_ERROR and LOG_VERBOSITY of COPY',
    since: 17,
    example: 'copy t from stdin (on_error ignore)',
    instead: 'a copy into a table of text columns, and an insert of what fits',
    found: copyWith('on_error', 'log_verbosity'),
  },
  {
    name: 'random() between two numbers',
    since: 17,
    example: 'select random(1, 6)',
    instead: 'floor(1 + random() * 6)::int',
    found: (node) =>
      'FuncCall' in node &&
      stringsIn(node.FuncCall.funcname).at(-1) === 'random' &&
      (node.FuncCall.args ?? []).length === 2,
  },
  {
    name: 'virtual generated columns',
    since: 18,
    example: 'create table u (a int, b int generated always as (a + 1) virtual)',
    instead: 'generated always as (…) stored, or a view',
    found: constraintsWith(({ contype, generated_kind: kind }) => contype === 'CONSTR_GENERATED' && kind === 'v'),
  },
  {
    name: 'NOT ENFORCED and ENFORCED',
    since: 18,
    example: 'alter table t add constraint c check (a > 0) not enforced',
    instead: 'check (…) not valid, which holds for new rows',
    found: (node) => {
      if ('ATAlterConstraint' in node) return node.ATAlterConstraint.alterEnforceability === true;
      if (!('Constraint' in node)) return false;
      const { contype, is_enforced: enforced } = node.Constraint;
      if (contype === 'CONSTR_ATTR_ENFORCED' || contype === 'CONSTR_ATTR_NOT_ENFORCED') return true;
      return (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') && enforced !== true;
    },
  },
  {
    name: 'NOT NULL as a constraint of a table',
    since: 18,
    example: 'alter table t add constraint c not null a',
    instead: 'alter column "a" set not null',
    found: constraintsWith(({ contype, keys = [] }) => contype === 'CONSTR_NOTNULL' && keys.length > 0),
  },
  {
    name: 'WITHOUT OVERLAPS and PERIOD',
    since: 18,
    example: 'create table u (a int, r tsrange, primary key (a, r without overlaps))',
    instead: 'exclude using gist (a with =, r with &&)',
    found: constraintsWith(
      ({ without_overlaps: overlaps, fk_with_period: period }) => overlaps === true || period === true,
    ),
  },
  {
    name: 'INHERIT of ALTER CONSTRAINT',
    since: 18,
    example: 'alter table t alter constraint c no inherit',
    instead: 'drop the constraint and add it again',
    found: (node) => 'ATAlterConstraint' in node && node.ATAlterConstraint.alterInheritability === true,
  },
  {
    name: 'OLD and NEW in RETURNING',
    since: 18,
    example: 'update t set a = 2 returning old.a, new.a',
    instead: 'with "before" as (select … for update) update … returning',
    found: returnsOldOrNew,
  },
  {
    name: 'REJECT_LIMIT of COPY',
    since: 18,
    example: 'copy t from stdin (on_error ignore, reject_limit 3)',
    instead: 'a copy into a table of text columns, and an insert of what fits',
    found: copyWith('reject_limit'),
  },
  {
    name: 'VACUUM ONLY and ANALYZE ONLY',
    since: 18,
    example: 'analyze only t',
    instead: 'analyze "t"',
    found: (node) =>
      'VacuumRelation' in node &&
      node.VacuumRelation.relation?.inh !== true &&
      node.VacuumRelation.relation !== undefined,
  },
];
