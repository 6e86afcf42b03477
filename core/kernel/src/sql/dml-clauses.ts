import type { Node, RangeVar, WithClause } from 'libpg-query';

/** Statements that change rows. */
export type Writing = Extract<
  Node,
  { InsertStmt: unknown } | { UpdateStmt: unknown } | { DeleteStmt: unknown } | { MergeStmt: unknown }
>;

/** A statement that changes rows, taken apart by what each part of it sees. */
export interface WriteParts {
  readonly relation: RangeVar | undefined;
  readonly withClause: WithClause | undefined;
  readonly from: readonly Node[];
  /** What is assigned to. */
  readonly targets: readonly Node[];
  /** What sees nothing of the table. */
  readonly source: unknown;
  readonly conflict: unknown;
  readonly rest: unknown;
}

/** Takes one apart. */
export function partsOfWrite(node: Writing): WriteParts {
  if ('InsertStmt' in node) {
    const { relation, withClause, cols = [], selectStmt, onConflictClause, returningClause } = node.InsertStmt;
    const { targetList = [], ...conflict } = onConflictClause ?? {};
    const infer = (conflict.infer?.indexElems ?? []).flatMap((elem) =>
      'IndexElem' in elem && elem.IndexElem.name !== undefined ? [target(elem.IndexElem.name)] : [],
    );
    const targets = [...cols, ...targetList, ...infer];
    return { relation, withClause, from: [], targets, source: selectStmt, conflict, rest: returningClause };
  }
  if ('UpdateStmt' in node) {
    const { relation, withClause, targetList: targets = [], fromClause: from = [], ...more } = node.UpdateStmt;
    return {
      relation,
      withClause,
      from,
      targets,
      source: null,
      conflict: more.returningClause,
      rest: more.whereClause,
    };
  }
  if ('DeleteStmt' in node) {
    const { relation, withClause, usingClause: from = [], ...more } = node.DeleteStmt;
    return {
      relation,
      withClause,
      from,
      targets: [],
      source: null,
      conflict: more.returningClause,
      rest: more.whereClause,
    };
  }
  const {
    relation,
    withClause,
    sourceRelation,
    joinCondition,
    mergeWhenClauses = [],
    returningClause,
  } = node.MergeStmt;
  const clauses = mergeWhenClauses.flatMap((clause) => ('MergeWhenClause' in clause ? [clause.MergeWhenClause] : []));
  return {
    relation,
    withClause,
    from: sourceRelation === undefined ? [] : [sourceRelation],
    targets: clauses.flatMap(({ targetList }) => targetList ?? []),
    source: null,
    conflict: returningClause,
    rest: [joinCondition, clauses.map(({ condition, values }) => [condition, values])],
  };
}

function target(name: string): Node {
  return { ResTarget: { name } };
}

/** The columns that are assigned to. */
export function assigned(targets: readonly Node[]): readonly string[] {
  return targets.flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));
}

/** What is assigned. */
export function valueOf(node: Node): unknown {
  return 'ResTarget' in node ? [node.ResTarget.val, node.ResTarget.indirection] : node;
}
