import type { Node, RangeVar, WithClause } from 'libpg-query';

/** A statement that changes rows. */
export type DmlNode = Extract<
  Node,
  { InsertStmt: unknown } | { UpdateStmt: unknown } | { DeleteStmt: unknown } | { MergeStmt: unknown }
>;

/** The clauses of a statement that changes rows, grouped by the names that each can see. */
export interface DmlClauses {
  readonly relation: RangeVar | undefined;
  readonly withClause: WithClause | undefined;
  readonly from: readonly Node[];
  /** The columns that are assigned, with their values. */
  readonly targets: readonly Node[];
  /** The query of an `insert`, which cannot see the table. */
  readonly source: unknown;
  /** Clauses that also see `old`, `new` and `excluded`. */
  readonly conflict: unknown;
  readonly rest: unknown;
}

/** Splits a statement that changes rows into its clauses. */
export function dmlClauses(node: DmlNode): DmlClauses {
  if ('InsertStmt' in node) {
    const { relation, withClause, cols = [], selectStmt, onConflictClause, returningClause } = node.InsertStmt;
    const { targetList = [], ...conflict } = onConflictClause ?? {};
    const inferred = (conflict.infer?.indexElems ?? []).flatMap((elem) =>
      'IndexElem' in elem && elem.IndexElem.name !== undefined ? [{ ResTarget: { name: elem.IndexElem.name } }] : [],
    );
    const targets = [...cols, ...targetList, ...inferred];
    return { relation, withClause, from: [], targets, source: selectStmt, conflict, rest: returningClause };
  }
  if ('UpdateStmt' in node) {
    const { relation, withClause, targetList: targets = [], fromClause: from = [], ...more } = node.UpdateStmt;
    const { returningClause: conflict, whereClause: rest } = more;
    return { relation, withClause, from, targets, source: null, conflict, rest };
  }
  if ('DeleteStmt' in node) {
    const { relation, withClause, usingClause: from = [], ...more } = node.DeleteStmt;
    const { returningClause: conflict, whereClause: rest } = more;
    return { relation, withClause, from, targets: [], source: null, conflict, rest };
  }
  const { relation, withClause, sourceRelation, joinCondition, mergeWhenClauses = [], ...more } = node.MergeStmt;
  const clauses = mergeWhenClauses.flatMap((clause) => ('MergeWhenClause' in clause ? [clause.MergeWhenClause] : []));
  return {
    relation,
    withClause,
    from: sourceRelation === undefined ? [] : [sourceRelation],
    targets: clauses.flatMap(({ targetList }) => targetList ?? []),
    source: null,
    conflict: more.returningClause,
    rest: [joinCondition, clauses.map(({ condition, values }) => [condition, values])],
  };
}

/** Returns the names of the columns that are assigned. */
export function assignedColumns(targets: readonly Node[]): readonly string[] {
  return targets.flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));
}

/** Returns the value that a column is assigned. */
export function assignedValue(node: Node): unknown {
  return 'ResTarget' in node ? [node.ResTarget.val, node.ResTarget.indirection] : node;
}
