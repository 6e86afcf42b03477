import type { ColumnDef, Constraint, CreateStmt, IndexElem, IndexStmt, Node } from 'libpg-query';
import { freeName } from './default-name.ts';
import { isTaken, standing, within, type Draft } from './statement-effects.ts';
import { expressionName } from './expression-name.ts';
import { bareName, nameOf, qualified, relationName, schemaOf, stringsIn } from './qualified-name.ts';
import { needType, readQuery, tableScope } from './query.ts';
import { isSerial, sqlType } from './sql-type.ts';
import type { SqlObject } from './sql-object.ts';

/** The bits of `including defaults`, `generated` and `identity` in the options of `like`. */
const likeDefaults = 8 | 16 | 32;

/** Notes a table that is created, with its columns, constraints and sequences. */
export function readCreateTable(statement: CreateStmt, draft: Draft): void {
  const { relation, tableElts = [], inhRelations = [], partspec, partbound, ofTypename } = statement;
  const table = relation === undefined ? '' : relationName(relation);
  const likes = tableElts.flatMap((node) => ('TableLikeClause' in node ? [node.TableLikeClause] : []));
  const parents = inhRelations.flatMap((node) => ('RangeVar' in node ? [node.RangeVar] : []));
  const like = [
    ...likes.flatMap(({ relation: one, options = 0 }) =>
      one === undefined ? [] : [{ table: relationName(one), defaults: (options & likeDefaults) !== 0 }],
    ),
    ...parents.map((one) => ({ table: relationName(one), defaults: true })),
  ];
  for (const one of like) draft.needs.push(standing('table', one.table));
  if (ofTypename !== undefined) needType(ofTypename, draft);
  draft.creates.push({ ...standing('table', table), ...(like.length > 0 && { like }) });
  if (statement.if_not_exists === true) draft.ifThere = 'keeps';
  const columns = tableElts.flatMap((node) => ('ColumnDef' in node ? [node.ColumnDef] : []));
  for (const column of columns) readColumn(table, column, draft);
  for (const node of tableElts) if ('Constraint' in node) readConstraint(table, node.Constraint, draft);
  readQuery([partspec, partbound], tableScope(table), draft);
  for (const param of partspec?.partParams ?? []) {
    if ('PartitionElem' in param && param.PartitionElem.name !== undefined) {
      draft.needs.push(within('column', table, param.PartitionElem.name));
    }
  }
}

/** Notes a column that is created, with what its constraints make. */
export function readColumn(table: string, definition: ColumnDef, draft: Draft): void {
  const { colname: name = '', typeName, constraints = [], collClause } = definition;
  const own = constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const has = (...kinds: readonly Constraint['contype'][]): boolean =>
    own.some(({ contype }) => kinds.includes(contype));
  const serial = typeName !== undefined && isSerial(typeName);
  draft.creates.push({
    ...within('column', table, name),
    ...(typeName !== undefined && { type: sqlType(typeName) }),
    notNull: serial || has('CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY'),
    hasDefault: serial || hasValue(own),
  });
  if (typeName !== undefined && !serial) needType(typeName, draft);
  if (serial || has('CONSTR_IDENTITY')) createSequence(table, name, draft);
  needCollation(collClause?.collname, draft);
  for (const constraint of own) readConstraint(table, constraint, draft, name);
}

/** Whether the database gives a value by itself: a default that is not null, an identity, a generated one. */
function hasValue(constraints: readonly Constraint[]): boolean {
  return constraints.some(({ contype, raw_expr: expression }) => {
    if (contype === 'CONSTR_IDENTITY' || contype === 'CONSTR_GENERATED') return true;
    return contype === 'CONSTR_DEFAULT' && !isNullConstant(expression);
  });
}

/** Whether an expression is the constant null. */
export function isNullConstant(expression: Node | undefined): boolean {
  if (expression === undefined) return true;
  if ('TypeCast' in expression) return isNullConstant(expression.TypeCast.arg);
  return 'A_Const' in expression && expression.A_Const.isnull === true;
}

/** Notes the sequence behind a serial or identity column. */
export function createSequence(table: string, column: string, draft: Draft): void {
  const name = chosen(table, column, 'seq', draft);
  draft.creates.push({ kind: 'sequence', name: qualified(schemaOf(table), name), table, ownedBy: column });
}

function needCollation(names: readonly Node[] | undefined, draft: Draft): void {
  const parts = stringsIn(names);
  // Without a schema it is almost always the server's.
  if (parts.length > 1 && parts[0] !== 'pg_catalog') draft.needs.push(standing('other', `collation ${nameOf(names)}`));
}

/** A name by PostgreSQL's rule that nothing in this SQL has. */
function chosen(table: string, column: string | null, label: string, draft: Draft): string {
  const schema = schemaOf(table);
  return freeName(bareName(table), column, label, (name) => isTaken(draft, qualified(schema, name)));
}

/** Notes a constraint of a table, or of its `column`. */
export function readConstraint(table: string, constraint: Constraint, draft: Draft, column?: string): void {
  const { contype, conname, raw_expr: expression } = constraint;
  const scope = tableScope(table);
  const own = (keys: readonly Node[] | undefined): readonly string[] =>
    column === undefined ? stringsIn(keys) : [column];
  const create = (form: NonNullable<SqlObject['form']>, name: string, more: Partial<SqlObject>): void => {
    draft.creates.push({ ...within('constraint', table, conname ?? name), form, ...more });
    if (column === undefined) for (const one of more.columns ?? []) draft.needs.push(within('column', table, one));
  };
  switch (contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const form = contype === 'CONSTR_PRIMARY' ? 'primary' : 'unique';
      const columns = own(constraint.keys);
      const { indexname: index } = constraint;
      const using = index === undefined ? undefined : qualified(schemaOf(table), index);
      if (using !== undefined) draft.needs.push({ ...standing('index', using), table });
      const name = index ?? indexName(table, columns, form === 'primary' ? 'pkey' : 'key', draft);
      return create(form, name, using === undefined ? { columns } : { using });
    }
    case 'CONSTR_FOREIGN': {
      const columns = own(constraint.fk_attrs);
      const references = constraint.pktable === undefined ? '' : relationName(constraint.pktable);
      needKey(references, stringsIn(constraint.pk_attrs), draft);
      const name = chosen(table, columns.join('_'), 'fkey', draft);
      return create('foreign', name, { columns, references, ...unchecked(constraint) });
    }
    case 'CONSTR_CHECK': {
      const columns = columnsIn(expression, table, draft);
      const [only] = columns;
      const name = chosen(table, columns.length === 1 && only !== undefined ? only : null, 'check', draft);
      return create('check', name, { columns, proves: notNullIn(expression), ...unchecked(constraint) });
    }
    case 'CONSTR_EXCLUSION': {
      const elements = (constraint.exclusions ?? []).flatMap((node) => ('List' in node ? (node.List.items ?? []) : []));
      const { columns, names } = elementsOf(elements, table, draft);
      readQuery(constraint.where_clause, scope, draft);
      return create('exclusion', indexName(table, names, 'excl', draft), { ...(columns !== null && { columns }) });
    }
    case 'CONSTR_NOTNULL':
      // Before PostgreSQL 18 it is a mark on the column, and has a name there only if it is given one.
      if (conname !== undefined) create('not null', conname, { columns: own(constraint.keys) });
      return undefined;
    default:
      readQuery([expression, constraint.options], scope, draft);
      return undefined;
  }
}

function unchecked({ skip_validation: skips }: Constraint): Partial<SqlObject> {
  return skips === true ? { validated: false } : {};
}

/** The columns that a check, where it holds, proves to be not null: `a is not null and b is not null`. */
function notNullIn(expression: Node | undefined): readonly string[] {
  if (expression === undefined) return [];
  if ('BoolExpr' in expression && expression.BoolExpr.boolop === 'AND_EXPR') {
    return (expression.BoolExpr.args ?? []).flatMap(notNullIn);
  }
  if (!('NullTest' in expression) || expression.NullTest.nulltesttype !== 'IS_NOT_NULL') return [];
  const { arg } = expression.NullTest;
  return arg !== undefined && 'ColumnRef' in arg ? stringsIn(arg.ColumnRef.fields).slice(-1) : [];
}

/** What stands under a foreign key: the table, the columns it names, and the key over them. */
function needKey(table: string, columns: readonly string[], draft: Draft): void {
  draft.needs.push(standing('table', table));
  for (const column of columns) draft.needs.push(within('column', table, column));
  const name = `${table}(${columns.join(', ') || 'primary key'})`;
  draft.needs.push({ kind: 'key', name, table, ...(columns.length > 0 && { columns }) });
}

/** The columns that an expression over one table names, each once. */
function columnsIn(expression: Node | undefined, table: string, draft: Draft): readonly string[] {
  const before = draft.needs.length;
  readQuery(expression, tableScope(table), draft);
  const found = draft.needs.slice(before).filter((need) => need.kind === 'column' && need.table === table);
  return [...new Set(found.map(({ name }) => name))];
}

/** Notes an index. */
export function readIndex(statement: IndexStmt, draft: Draft): void {
  const { relation, idxname, unique, whereClause, indexParams, indexIncludingParams } = statement;
  const table = relation === undefined ? '' : relationName(relation);
  draft.needs.push(standing('table', table));
  const { columns, names } = elementsOf(indexParams ?? [], table, draft);
  const included = elementsOf(indexIncludingParams ?? [], table, draft);
  readQuery(whereClause, tableScope(table), draft);
  const name = idxname ?? indexName(table, [...names, ...included.names], 'idx', draft);
  const isKey = unique === true && whereClause === undefined && columns !== null;
  if (statement.if_not_exists === true) draft.ifThere = 'keeps';
  draft.creates.push({
    kind: 'index',
    name: qualified(schemaOf(table), name),
    table,
    ...(columns !== null && { columns }),
    ...(isKey && { form: 'unique' }),
  });
}

/** The columns of an index, `null` where one is an expression, and what PostgreSQL would name it by. */
function elementsOf(
  nodes: readonly Node[],
  table: string,
  draft: Draft,
): { readonly columns: readonly string[] | null; readonly names: readonly string[] } {
  const elements = nodes.flatMap((node): IndexElem[] => ('IndexElem' in node ? [node.IndexElem] : []));
  const columns = elements.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const column of columns) draft.needs.push(within('column', table, column));
  readQuery(
    elements.map(({ expr }) => expr),
    tableScope(table),
    draft,
  );
  const names: string[] = [];
  for (const { name, expr } of elements) {
    const wanted = name ?? expressionName(expr) ?? 'expr';
    names.push(names.includes(wanted) ? numbered(wanted, names) : wanted);
  }
  return { columns: columns.length === elements.length ? columns : null, names };
}

function numbered(name: string, taken: readonly string[]): string {
  let i = 1;
  while (taken.includes(`${name}${i}`)) i += 1;
  return `${name}${i}`;
}

function indexName(table: string, columns: readonly string[], label: string, draft: Draft): string {
  return chosen(table, label === 'pkey' ? null : columns.join('_'), label, draft);
}
