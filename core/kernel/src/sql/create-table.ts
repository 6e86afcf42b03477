import type { ColumnDef, Constraint, CreateStmt, Node } from 'libpg-query';
import { chooseName } from './default-name.ts';
import { nameText, parseName } from './qualified-name.ts';
import { needType, readQuery, tableScope } from './query.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import { isSerial, sqlType } from './sql-type.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { isNullConstant, nameFromNodes, nodesIn, relationName, stringsIn } from './syntax-tree.ts';
import { readConstraint } from './table-constraint.ts';

/** The bits of `including defaults`, `generated` and `identity` in the options of `like`. */
const likeDefaults = 8 | 16 | 32;

/** Reads `create table`: the table with its columns, constraints and sequences. */
export function readCreateTable(statement: CreateStmt, draft: EffectsDraft): void {
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
  for (const one of like) draft.needs.push(schemaObject('table', one.table));
  if (ofTypename !== undefined) needType(ofTypename, draft);
  const key = (partspec?.partParams ?? []).flatMap((param) =>
    'PartitionElem' in param && param.PartitionElem.name !== undefined ? [param.PartitionElem.name] : [],
  );
  const [parent] = parents;
  draft.creates.push({
    ...schemaObject('table', table),
    ...(like.length > 0 && { like }),
    ...(partspec !== undefined && { partitionKey: key }),
    ...(partbound !== undefined &&
      parent !== undefined && {
        partitionOf: relationName(parent),
        defaultPartition: partbound.is_default === true,
      }),
  });
  if (statement.if_not_exists === true) draft.ifExists = 'keeps';
  const columns = tableElts.flatMap((node) => ('ColumnDef' in node ? [node.ColumnDef] : []));
  for (const column of columns) readColumn(table, column, draft);
  for (const node of tableElts) if ('Constraint' in node) readConstraint(table, node.Constraint, draft);
  readQuery([partspec, partbound], tableScope(table), draft);
  for (const column of key) draft.needs.push(tablePart('column', table, column));
}

/** Reads the definition of a new column, with its constraints and its sequence. */
export function readColumn(table: string, definition: ColumnDef, draft: EffectsDraft): void {
  const { colname: name = '', typeName, constraints: nodes = [], collClause } = definition;
  const constraints = nodes.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const has = (...kinds: readonly Constraint['contype'][]): boolean =>
    constraints.some(({ contype }) => kinds.includes(contype));
  const serial = typeName !== undefined && isSerial(typeName);
  const identity = constraints.find(({ contype }) => contype === 'CONSTR_IDENTITY');
  draft.creates.push({
    ...tablePart('column', table, name),
    ...(typeName !== undefined && { type: sqlType(typeName) }),
    notNull: serial || has('CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY'),
    hasDefault: serial || suppliesValue(constraints),
    ...(has('CONSTR_GENERATED') && { generated: true }),
    ...(identity !== undefined && { always: identity.generated_when === 'a' }),
    ...sequenceIn(constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr),
  });
  if (typeName !== undefined && !serial) needType(typeName, draft);
  if (serial || has('CONSTR_IDENTITY')) createSequence(table, name, draft);
  needCollation(collClause?.collname, draft);
  for (const constraint of constraints) readConstraint(table, constraint, draft, name);
}

/**
 * Whether the column gets a value if an insert omits it: a default other than null, an identity, an expression.
 */
function suppliesValue(constraints: readonly Constraint[]): boolean {
  return constraints.some(({ contype, raw_expr: expression }) => {
    if (contype === 'CONSTR_IDENTITY' || contype === 'CONSTR_GENERATED') return true;
    return contype === 'CONSTR_DEFAULT' && !isNullConstant(expression);
  });
}

/** Returns the sequence that a default names: `shop.number` in `nextval('shop.number')`. */
export function sequenceIn(expression: Node | undefined): Partial<SqlObject> {
  for (const node of nodesIn(expression)) {
    if (!('FuncCall' in node) || stringsIn(node.FuncCall.funcname).at(-1) !== 'nextval') continue;
    const [constant] = nodesIn(node.FuncCall.args).flatMap((one) => ('A_Const' in one ? [one.A_Const.sval?.sval] : []));
    if (constant !== undefined) return { sequence: nameText(parseName(constant)) };
  }
  return {};
}

/** Adds the sequence of a serial or identity column. */
export function createSequence(table: string, column: string, draft: EffectsDraft): void {
  const name = nameText({ ...parseName(table), name: chooseName(table, column, 'seq', draft) });
  draft.creates.push({ kind: 'sequence', name, table, ownedBy: column });
}

function needCollation(names: readonly Node[] | undefined, draft: EffectsDraft): void {
  const parts = stringsIn(names);
  // A collation without a schema is almost always one that PostgreSQL ships.
  if (parts.length < 2 || parts[0] === 'pg_catalog') return;
  draft.needs.push(schemaObject('other', `collation ${nameFromNodes(names)}`));
}
