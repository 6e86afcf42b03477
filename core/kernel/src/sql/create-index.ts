import type { IndexElem, IndexStmt, Node } from 'libpg-query';
import { chooseName } from './default-name.ts';
import { expressionName } from './expression-name.ts';
import { nameText, parseName } from './qualified-name.ts';
import { readQuery, tableScope } from './query.ts';
import { tablePart } from './sql-object.ts';
import { needRelation, type EffectsDraft } from './statement-effects.ts';

/** Reads `create index`. */
export function readCreateIndex(statement: IndexStmt, draft: EffectsDraft): void {
  const { relation, idxname, unique, whereClause, indexParams, indexIncludingParams } = statement;
  const table = needRelation(relation, draft);
  const { columns, names } = readIndexElements(indexParams ?? [], table, draft);
  const included = readIndexElements(indexIncludingParams ?? [], table, draft);
  readQuery(whereClause, tableScope(table), draft);
  const name = idxname ?? indexName(table, [...names, ...included.names], 'idx', draft);
  const isKey = unique === true && whereClause === undefined && columns !== null;
  if (statement.if_not_exists === true) draft.ifExists = 'keeps';
  draft.creates.push({
    kind: 'index',
    name: nameText({ ...parseName(table), name }),
    table,
    ...(columns !== null && { columns }),
    ...(isKey && { form: 'unique' }),
  });
}

/** The elements of an index or an exclusion constraint. */
export interface IndexElements {
  /** `null` if one of the elements is an expression. */
  readonly columns: readonly string[] | null;
  /** The parts of the name that PostgreSQL gives to the index. */
  readonly names: readonly string[];
}

/** Reads the elements of an index or an exclusion constraint. */
export function readIndexElements(nodes: readonly Node[], table: string, draft: EffectsDraft): IndexElements {
  const elements = nodes.flatMap((node): IndexElem[] => ('IndexElem' in node ? [node.IndexElem] : []));
  const columns = elements.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const column of columns) draft.needs.push(tablePart('column', table, column));
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

/** Chooses the default name of an index. The name of a primary key has no columns in it. */
export function indexName(table: string, columns: readonly string[], label: string, draft: EffectsDraft): string {
  return chooseName(table, label === 'pkey' ? null : columns.join('_'), label, draft);
}
