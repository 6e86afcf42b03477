import type { IndexStmt } from 'libpg-query';
import { findObject, parseName, quoteName, relationName } from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import { concurrentIndexFields, freeIndexName, isPartitioned, leafPartitions } from '../safer-sql.ts';
import { clauseAt } from '../source-text.ts';
import type { StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports `create index` without `concurrently` on a table that a release has shipped. */
export const indexNotConcurrent: StatementRule = { statement: blockingIndex };

function blockingIndex(context: StatementContext): readonly StatementFinding[] {
  const { statement, objects, isInUse, isShipped } = context;
  const { node, creates } = statement;
  if (!('IndexStmt' in node) || node.IndexStmt.concurrent === true || node.IndexStmt.relation === undefined) return [];
  const { relation } = node.IndexStmt;
  const table = relationName(relation);
  const name = creates.find(({ kind }) => kind === 'index')?.name ?? '';
  if (!isInUse(table) || !isShipped(table)) return [];
  const keepsExisting = node.IndexStmt.if_not_exists === true;
  if (keepsExisting && findObject(objects, { kind: 'index', name, table: null }) !== null) return [];
  const message = `Building index ${name} blocks writes to ${table} until it is done.`;
  const report = (safer: string | null): readonly StatementFinding[] => [
    { rule: 'index-not-concurrent', object: name, message, safer },
  ];
  if (isPartitioned(objects, table)) {
    // Without its partitions the index is only an entry in the catalog.
    return relation.inh === true ? report(onPartitions(table, node.IndexStmt, context)) : [];
  }
  const index = indexStatement(node.IndexStmt, null, name, context);
  return report(`-- in a separate revision:\n${concurrentIndexFields(name, index)}`);
}

/** Returns the statement that builds the index concurrently, on a partition of its table if one is given. */
function indexStatement(
  statement: IndexStmt,
  partition: string | null,
  name: string,
  { sql }: StatementContext,
): string {
  const unique = statement.unique === true ? 'unique ' : '';
  const lenient = statement.if_not_exists === true ? 'if not exists ' : '';
  const written = clauseAt(sql, statement.relation?.location);
  const part = String.raw`(?:"(?:[^"]|"")*"|[^\s".(]+)`;
  const table = new RegExp(String.raw`^${part}(?:\s*\.\s*${part})?`);
  const on = partition === null ? written : written.replace(table, () => quoteName(partition));
  return `create ${unique}index concurrently ${lenient}${quoteName(parseName(name).name)} on ${on}`;
}

/**
 * Returns the form for a partitioned table, on which PostgreSQL builds no index concurrently: it builds one for each
 * partition, and the index of the table then uses those.
 */
function onPartitions(table: string, statement: IndexStmt, context: StatementContext): string | null {
  const columns = (statement.indexParams ?? []).map((node) =>
    'IndexElem' in node ? (node.IndexElem.name ?? 'expr') : '',
  );
  const partitions = leafPartitions(context.objects, table);
  if (partitions.length === 0) return null;
  return [
    '-- in a separate revision for each partition:',
    ...partitions.map((partition) => {
      const name = freeIndexName(context.objects, partition, columns.join('_'), 'idx');
      return concurrentIndexFields(name, indexStatement(statement, partition, name, context));
    }),
    '-- then this statement uses those indexes and builds none:',
    `${context.statement.text};`,
  ].join('\n');
}
