import { concurrentIndex } from './add-constraint.ts';
import { enumDangers } from './enum-change.ts';
import { lockDangers } from './maintenance-lock.ts';
import { bareName, explainType, findObject, isMadeHere, isNewTable, namedByCode, relationName, shownName, type SqlKind, type SqlObject } from '@headwater/kernel/internal';
import { quotedName, type Danger, type Step } from './danger.ts';

/** What a statement may do to whole tables, types and rows from before. */
export function objectDangers(step: Step): readonly Danger[] {
  return [
    ...dropDangers(step),
    ...renameDangers(step),
    ...rowDangers(step),
    ...indexDangers(step),
    ...enumDangers(step),
    ...lockDangers(step),
  ];
}

const holdsData: ReadonlySet<SqlKind> = new Set(['table', 'schema']);

function dropDangers({ statement: { drops, cascade }, objects }: Step): readonly Danger[] {
  return drops.flatMap((dropped): readonly Danger[] => {
    const loses = holdsData.has(dropped.kind) || (dropped.kind === 'type' && cascade);
    if (!loses || isMadeHere(objects, dropped) || (dropped.kind === 'schema' && !cascade)) return [];
    const object = shownName(dropped);
    const rest = cascade ? ' and whatever stands on it' : '';
    const message = `The ${dropped.kind} ${object} goes with all that is in it${rest}; down can bring it back empty.`;
    const safer = `-- in a release after the one whose code no longer uses it, and after a backup:\ndrop ${dropped.kind} ${quotedName(object)};`;
    return [{ rule: 'data-loss', object, message, safer }];
  });
}

function renameDangers({ statement: { renames }, objects, rebuilt }: Step): readonly Danger[] {
  return renames.flatMap(({ from, to }): readonly Danger[] => {
    const isNew = isMadeHere(objects, from) || isNewTable(objects, from.table);
    const isRebuilt = from.kind === 'type' && rebuilt.some(({ former }) => former.has(from.name));
    if (!namedByCode.has(from.kind) || isNew || isRebuilt) return [];
    const message = `Code that is still running knows the ${from.kind} ${shownName(from)} by its old name and fails.`;
    return [{ rule: 'rename', object: shownName(from), message, safer: renameSafely(from, to, objects) }];
  });
}

function renameSafely(from: SqlObject, to: SqlObject, objects: Step['objects']): string | null {
  const [old, now] = [quotedName(from.name), quotedName(to.name)];
  if (from.kind === 'table') {
    return `alter table ${old} rename to ${quotedName(bareName(to.name))};\n-- until no code uses the old name:\ncreate view ${old} as select * from ${now};`;
  }
  if (from.kind !== 'column' || from.table === null) return null;
  const found = findObject(objects, from)?.type;
  const type = found === undefined ? '…' : explainType(found);
  const table = quotedName(from.table);
  return [
    `alter table ${table} add column ${now} ${type} null;`,
    '-- write both from the application, fill the new one in batches, read the new one; then, in a later release:',
    `alter table ${table} drop column ${old};`,
  ].join('\n');
}

function rowDangers({ statement: { node }, objects }: Step): readonly Danger[] {
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((one) =>
      'RangeVar' in one ? emptied(relationName(one.RangeVar), objects) : [],
    );
  }
  if (!('DeleteStmt' in node) || node.DeleteStmt.relation === undefined) return [];
  return node.DeleteStmt.whereClause === undefined ? emptied(relationName(node.DeleteStmt.relation), objects) : [];
}

function emptied(table: string, objects: Step['objects']): readonly Danger[] {
  if (isNewTable(objects, table)) return [];
  const message = `Every row of ${table} goes.`;
  return [{ rule: 'data-loss', object: table, message, safer: `delete from ${quotedName(table)} where …;` }];
}

function indexDangers({ statement: { node, text, creates }, objects }: Step): readonly Danger[] {
  if (!('IndexStmt' in node) || node.IndexStmt.concurrent === true || node.IndexStmt.relation === undefined) return [];
  const table = relationName(node.IndexStmt.relation);
  if (isNewTable(objects, table)) return [];
  const name = creates.find(({ kind }) => kind === 'index')?.name ?? '';
  const message = `While the index ${name} is built nobody can write ${table}.`;
  const named = node.IndexStmt.idxname === undefined ? `index concurrently ${quotedName(bareName(name))} on` : '';
  const statement =
    named === '' ? text.replace(/\bindex\b/i, 'index concurrently') : text.replace(/\bindex\s+on\b/i, named);
  const safer = `-- a revision of its own:\n${concurrentIndex(name, statement)}`;
  return [{ rule: 'index-not-concurrent', object: name, message, safer }];
}
