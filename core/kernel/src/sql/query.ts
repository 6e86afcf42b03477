import type { ColumnRef, Node, RangeVar, SelectStmt, WithClause } from 'libpg-query';
import { isBuiltinFunction } from './builtin-function.ts';
import { assignedColumns, assignedValue, dmlClauses, type DmlNode } from './dml-clauses.ts';
import { schemaObject, tablePart } from './sql-object.ts';
import { isBuiltinType, sqlType } from './sql-type.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { nameFromNodes, relationName, stringsIn } from './syntax-tree.ts';

/** A source of columns in a query: a table, or a source with unknown columns (`table: null`). */
interface Source {
  readonly alias: string;
  readonly table: string | null;
}

/** The names that an expression can see. */
export interface Scope {
  readonly sources: readonly Source[];
  /** Names of common table expressions, which hide tables. */
  readonly queries: ReadonlySet<string>;
  /** Names of output columns, which hide columns of tables. */
  readonly outputs: ReadonlySet<string>;
  readonly outer: Scope | null;
}

/** A scope without names. */
export const noScope: Scope = { sources: [], queries: new Set(), outputs: new Set(), outer: null };

/** Returns a scope with the columns of one table, under its name and its aliases. */
export function tableScope(table: string, ...aliases: readonly string[]): Scope {
  return { ...noScope, sources: [table, ...aliases].map((alias) => ({ alias, table })) };
}

interface Task {
  readonly value: unknown;
  readonly scope: Scope;
}

type Push = (value: unknown, scope: Scope) => void;

/**
 * Reads a query or an expression into a draft: the tables, columns, types and functions that it needs, and the tables
 * that it writes. Returns the names of the functions that it calls, except those that PostgreSQL ships.
 */
export function readQuery(root: unknown, scope: Scope, draft: EffectsDraft): ReadonlySet<string> {
  const called = new Set<string>();
  const tasks: Task[] = [{ value: root, scope }];
  // Iterative, because the parser accepts expressions that are deeper than the stack.
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { value } = task;
    const inside: Task[] = [];
    const push: Push = (inner, seenBy) => void inside.push({ value: inner, scope: seenBy });
    if (Array.isArray(value)) for (const item of value) push(item, task.scope);
    else if (typeof value === 'object' && value !== null) readObject(value as Tree, task.scope, draft, push, called);
    // In the order of the text.
    for (const one of inside.toReversed()) tasks.push(one);
  }
  return called;
}

/** An object in the syntax tree: a node, or the value of a field. */
type Tree = Readonly<Record<string, unknown>>;

function readObject(tree: Tree, scope: Scope, draft: EffectsDraft, push: Push, called: Set<string>): void {
  // A node is an object with one capitalized key, its kind. The tree comes from the parser, so its types are reliable.
  const node = tree as unknown as Node;
  if ('SelectStmt' in node) return readSelect(node.SelectStmt, scope, push);
  if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
    return readDml(node, scope, draft, push);
  }
  if ('RangeVar' in node) return needSource(node.RangeVar, scope, draft);
  if ('ColumnRef' in node) return needColumn(node.ColumnRef, scope, draft);
  if ('TypeName' in node) return needType(node.TypeName, draft);
  if ('FuncCall' in node) {
    const name = nameFromNodes(node.FuncCall.funcname);
    if (!isBuiltinFunction(stringsIn(node.FuncCall.funcname))) {
      draft.needs.push(schemaObject('function', name));
      called.add(name);
    }
  }
  if ('RangeSubselect' in node && node.RangeSubselect.lateral !== true) {
    // Without `lateral` a subquery does not see its siblings in the same `from`.
    return push(node.RangeSubselect.subquery, scope.outer ?? scope);
  }
  if ('JoinExpr' in node) {
    for (const name of stringsIn(node.JoinExpr.usingClause)) needUnqualified(name, scope, draft);
  }
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value !== 'object' || value === null) continue;
    // These two fields hold a TypeName without the key that names its kind.
    if (key === 'typeName' || key === 'argType') needType(value, draft);
    else push(value, scope);
  }
}

function readSelect(select: SelectStmt, outer: Scope, push: Push): void {
  const { withClause, fromClause, targetList, sortClause, groupClause, larg, rarg, ...rest } = select;
  const base = withQueries(withClause, outer, push);
  const scope: Scope = { ...noScope, sources: sourcesIn(fromClause, base), queries: base.queries, outer: base };
  const names = (targetList ?? []).flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));
  push([fromClause, targetList, Object.values(rest)], scope);
  push([sortClause, groupClause], { ...scope, outputs: new Set(names) });
  for (const arm of [larg, rarg]) if (arm !== undefined) push({ SelectStmt: arm }, base);
}

/** Adds the queries of a `with`. Each query sees those before it; with `recursive`, each query sees all of them. */
function withQueries(clause: WithClause | undefined, outer: Scope, push: Push): Scope {
  let scope = outer;
  const all = (clause?.ctes ?? []).flatMap((node) => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []));
  const scopeWith = (names: readonly string[]): Scope => ({ ...scope, queries: new Set([...scope.queries, ...names]) });
  if (clause?.recursive === true) scope = scopeWith(all.map(({ ctename = '' }) => ctename));
  for (const { ctename = '', ctequery } of all) {
    push(ctequery, scope);
    scope = scopeWith([ctename]);
  }
  return scope;
}

/** Returns the sources in a `from`. */
function sourcesIn(nodes: readonly Node[] | undefined, scope: Scope): readonly Source[] {
  const sources: Source[] = [];
  const left = (nodes ?? []).toReversed();
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if ('RangeVar' in node) sources.push(sourceOf(node.RangeVar, scope));
    else if ('JoinExpr' in node) {
      for (const arm of [node.JoinExpr.rarg, node.JoinExpr.larg]) if (arm !== undefined) left.push(arm);
      if (node.JoinExpr.alias !== undefined) sources.push({ alias: node.JoinExpr.alias.aliasname ?? '', table: null });
    } else if ('RangeTableSample' in node && node.RangeTableSample.relation !== undefined) {
      left.push(node.RangeTableSample.relation);
    } else sources.push({ alias: aliasOf(node), table: null });
  }
  return sources;
}

function sourceOf(relation: RangeVar, scope: Scope): Source {
  const { alias, relname = '' } = relation;
  // If an alias also renames the columns, they no longer have the names of the table's columns.
  const opaque = isQuery(relation, scope) || (alias?.colnames ?? []).length > 0;
  return { alias: alias?.aliasname ?? relname, table: opaque ? null : relationName(relation) };
}

function aliasOf(node: Node): string {
  const [held] = Object.values(node) as { alias?: { aliasname?: string } }[];
  return held?.alias?.aliasname ?? '';
}

function isQuery({ schemaname, relname = '' }: RangeVar, scope: Scope): boolean {
  return schemaname === undefined && scope.queries.has(relname);
}

function needSource(relation: RangeVar, scope: Scope, draft: EffectsDraft): void {
  if (!isQuery(relation, scope) && !isSystemSchema(relation.schemaname)) {
    draft.needs.push(schemaObject('table', relationName(relation)));
  }
}

function isSystemSchema(schema: string | undefined): boolean {
  return schema === 'information_schema' || (schema ?? '').startsWith('pg_');
}

function readDml(node: DmlNode, outer: Scope, draft: EffectsDraft, push: Push): void {
  const clauses = dmlClauses(node);
  const base = withQueries(clauses.withClause, outer, push);
  const { relation } = clauses;
  const table = relation === undefined ? '' : relationName(relation);
  draft.needs.push(schemaObject('table', table));
  draft.writes.add(table);
  const target: Source = { alias: relation?.alias?.aliasname ?? relation?.relname ?? '', table };
  const pseudo = ['excluded', 'old', 'new'].map((alias): Source => ({ alias, table }));
  const sources = [target, ...sourcesIn(clauses.from, base)];
  const scope: Scope = { ...noScope, sources, queries: base.queries, outer: base };
  const scopeWithPseudo: Scope = { ...scope, sources: [...sources, ...pseudo] };
  // Assigned columns always belong to the table.
  for (const name of assignedColumns(clauses.targets)) draft.needs.push(tablePart('column', table, name));
  push([clauses.from, clauses.rest], scope);
  push([clauses.targets.map(assignedValue), clauses.conflict], scopeWithPseudo);
  push(clauses.source, base);
}

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

function needColumn({ fields = [] }: ColumnRef, scope: Scope, draft: EffectsDraft): void {
  const names = stringsIn(fields);
  const column = names.at(-1) ?? '';
  if (names.length === 1 && fields.length === 1) return needUnqualified(column, scope, draft);
  const isStar = names.length < fields.length;
  // In `a.b.c`, `a` is a schema, `b` a table and `c` a column. A longer name selects a field of a composite value.
  const alias = names[isStar ? names.length - 1 : names.length - 2] ?? '';
  const source = findSource(alias, scope);
  if (source === null) return undefined;
  if (!isStar && source.table !== null && !systemColumns.has(column)) {
    draft.needs.push(tablePart('column', source.table, column));
  }
}

function findSource(alias: string, scope: Scope): Source | null {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.sources.find((source) => source.alias === alias);
    if (found !== undefined) return found;
  }
  return null;
}

/** Adds a column that is named without its table: it belongs to the only table in scope, or to one of several. */
function needUnqualified(column: string, scope: Scope, draft: EffectsDraft): void {
  if (systemColumns.has(column) || scope.outputs.has(column) || findSource(column, scope) !== null) return;
  const sources: Source[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.outer) sources.push(...at.sources);
  const among = [...new Set(sources.flatMap(({ table }) => (table === null ? [] : [table])))];
  const [only] = among;
  if (only === undefined) return;
  const isCertain = among.length === 1 && sources.every(({ table }) => table !== null);
  draft.needs.push(
    isCertain ? tablePart('column', only, column) : { kind: 'column', name: column, table: null, among },
  );
}

/** Adds a type to the needs, unless PostgreSQL ships it. For `t.c%type`, adds the column instead. */
export function needType(value: object, draft: EffectsDraft): void {
  // Callers pass only the values of fields that hold a type.
  const type = value as Extract<Node, { TypeName: unknown }>['TypeName'];
  const parts = stringsIn(type.names);
  if (type.pct_type === true) {
    draft.needs.push(tablePart('column', nameFromNodes(type.names?.slice(0, -1)), parts.at(-1) ?? ''));
    return;
  }
  const { name } = sqlType(type);
  if (parts.length === 1 ? !isBuiltinType(name) : parts[0] !== 'pg_catalog')
    draft.needs.push(schemaObject('type', name));
}
