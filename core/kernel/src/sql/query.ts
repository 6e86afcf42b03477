import type { ColumnRef, Node, RangeVar, SelectStmt, WithClause } from 'libpg-query';
import { isBuiltinFunction } from './builtin-function.ts';
import { standing, within, type Draft } from './statement-effects.ts';
import { nameOf, relationName, stringsIn } from './qualified-name.ts';
import { isBuiltinType, sqlType } from './sql-type.ts';
import { assigned, partsOfWrite, valueOf, type Writing } from './dml-clauses.ts';

/** Where a column of a query may come from: a table, or something whose columns are not known (`table: null`). */
interface Source {
  readonly alias: string;
  readonly table: string | null;
}

/** The names that an expression sees. */
export interface Scope {
  readonly sources: readonly Source[];
  /** Names that stand for queries, not for tables. */
  readonly queries: ReadonlySet<string>;
  /** Names of output columns, which are no column of a table. */
  readonly outputs: ReadonlySet<string>;
  readonly outer: Scope | null;
}

/** Sees nothing. */
export const noScope: Scope = { sources: [], queries: new Set(), outputs: new Set(), outer: null };

/** Sees the columns of one table, by its name and by what else it is called. */
export function tableScope(table: string, ...aliases: readonly string[]): Scope {
  return { ...noScope, sources: [table, ...aliases].map((alias) => ({ alias, table })) };
}

interface Task {
  readonly value: unknown;
  readonly scope: Scope;
}

type Push = (value: unknown, scope: Scope) => void;

/**
 * Notes what a query or an expression reads and writes, however deep: tables, columns, types and functions. Gives the
 * names of the functions it calls that PostgreSQL does not bring along.
 */
export function readQuery(root: unknown, scope: Scope, draft: Draft): ReadonlySet<string> {
  const called = new Set<string>();
  const tasks: Task[] = [{ value: root, scope }];
  // Not by recursion: the parser takes expressions that are deeper than a stack of ours.
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { value } = task;
    const inside: Task[] = [];
    const push: Push = (inner, seen) => void inside.push({ value: inner, scope: seen });
    if (Array.isArray(value)) for (const item of value) push(item, task.scope);
    else if (typeof value === 'object' && value !== null) readObject(value as Tree, task.scope, draft, push, called);
    // What comes first in the text is read first.
    for (const one of inside.toReversed()) tasks.push(one);
  }
  return called;
}

/** Any object of the parser's tree: a node, or what a field of one holds. */
type Tree = Readonly<Record<string, unknown>>;

function readObject(tree: Tree, scope: Scope, draft: Draft, push: Push, called: Set<string>): void {
  // A node has one key, in upper case: its kind. The parser makes the tree, so its types hold.
  const node = tree as unknown as Node;
  if ('SelectStmt' in node) return readSelect(node.SelectStmt, scope, push);
  if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
    return readWrite(node, scope, draft, push);
  }
  if ('RangeVar' in node) return needRelation(node.RangeVar, scope, draft);
  if ('ColumnRef' in node) return needColumn(node.ColumnRef, scope, draft);
  if ('TypeName' in node) return needType(node.TypeName, draft);
  if ('FuncCall' in node) {
    const name = nameOf(node.FuncCall.funcname);
    if (!isBuiltinFunction(stringsIn(node.FuncCall.funcname))) {
      draft.needs.push(standing('function', name));
      called.add(name);
    }
  }
  if ('RangeSubselect' in node && node.RangeSubselect.lateral !== true) {
    // It does not see what stands beside it.
    return push(node.RangeSubselect.subquery, scope.outer ?? scope);
  }
  if ('JoinExpr' in node) {
    for (const name of stringsIn(node.JoinExpr.usingClause)) needUnqualified(name, scope, draft);
  }
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value !== 'object' || value === null) continue;
    // Two fields hold a node without naming its kind.
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

/** What a `with` adds. A query of it sees those before it, and with `recursive` all. */
function withQueries(clause: WithClause | undefined, outer: Scope, push: Push): Scope {
  let scope = outer;
  const all = (clause?.ctes ?? []).flatMap((node) => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []));
  const named = (names: readonly string[]): Scope => ({ ...scope, queries: new Set([...scope.queries, ...names]) });
  if (clause?.recursive === true) scope = named(all.map(({ ctename = '' }) => ctename));
  for (const { ctename = '', ctequery } of all) {
    push(ctequery, scope);
    scope = named([ctename]);
  }
  return scope;
}

/** What a `from` brings in. */
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
  // An alias may rename the columns too; then those are not the table's.
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

function needRelation(relation: RangeVar, scope: Scope, draft: Draft): void {
  if (!isQuery(relation, scope) && !isSystemSchema(relation.schemaname)) {
    draft.needs.push(standing('table', relationName(relation)));
  }
}

function isSystemSchema(schema: string | undefined): boolean {
  return schema === 'information_schema' || (schema ?? '').startsWith('pg_');
}

function readWrite(node: Writing, outer: Scope, draft: Draft, push: Push): void {
  const statement = partsOfWrite(node);
  const base = withQueries(statement.withClause, outer, push);
  const { relation } = statement;
  const table = relation === undefined ? '' : relationName(relation);
  draft.needs.push(standing('table', table));
  draft.writes.add(table);
  const target: Source = { alias: relation?.alias?.aliasname ?? relation?.relname ?? '', table };
  const special = ['excluded', 'old', 'new'].map((alias): Source => ({ alias, table }));
  const sources = [target, ...sourcesIn(statement.from, base)];
  const scope: Scope = { ...noScope, sources, queries: base.queries, outer: base };
  const named: Scope = { ...scope, sources: [...sources, ...special] };
  // What is assigned to is always the table's own.
  for (const name of assigned(statement.targets)) draft.needs.push(within('column', table, name));
  push([statement.from, statement.rest], scope);
  push([statement.targets.map(valueOf), statement.conflict], named);
  push(statement.source, base);
}

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

function needColumn({ fields = [] }: ColumnRef, scope: Scope, draft: Draft): void {
  const names = stringsIn(fields);
  const column = names.at(-1) ?? '';
  if (names.length === 1 && fields.length === 1) return needUnqualified(column, scope, draft);
  const isStar = names.length < fields.length;
  // `a.b.c` is a column of a table in a schema; what follows it is inside a value.
  const alias = names[isStar ? names.length - 1 : names.length - 2] ?? '';
  const source = find(alias, scope);
  if (source === null) return undefined;
  if (!isStar && source.table !== null && !systemColumns.has(column)) {
    draft.needs.push(within('column', source.table, column));
  }
}

function find(alias: string, scope: Scope): Source | null {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.sources.find((source) => source.alias === alias);
    if (found !== undefined) return found;
  }
  return null;
}

/** A column without its table: of the one table that is in sight, or of one among several. */
function needUnqualified(column: string, scope: Scope, draft: Draft): void {
  if (systemColumns.has(column) || scope.outputs.has(column) || find(column, scope) !== null) return;
  const sources: Source[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.outer) sources.push(...at.sources);
  const among = [...new Set(sources.flatMap(({ table }) => (table === null ? [] : [table])))];
  const [only] = among;
  if (only === undefined) return;
  const sure = among.length === 1 && sources.every(({ table }) => table !== null);
  draft.needs.push(sure ? within('column', only, column) : { kind: 'column', name: column, table: null, among });
}

/** Notes a type, unless it is PostgreSQL's own. `t.c%type` needs the column. */
export function needType(value: object, draft: Draft): void {
  // Only called with what stands in a field for types.
  const type = value as Extract<Node, { TypeName: unknown }>['TypeName'];
  const parts = stringsIn(type.names);
  if (type.pct_type === true) {
    draft.needs.push(within('column', nameOf(type.names?.slice(0, -1)), parts.at(-1) ?? ''));
    return;
  }
  const { name } = sqlType(type);
  if (parts.length === 1 ? !isBuiltinType(name) : parts[0] !== 'pg_catalog') draft.needs.push(standing('type', name));
}
