import {
  displayName,
  explainType,
  findObject,
  isCreatedInSameSql,
  isNewTable,
  kindsNamedInCode,
  parseName,
  quoteName,
  type SqlObject,
} from '@headwater/kernel/internal/sql';
import { replaceColumn } from '../safer-sql.ts';
import type { StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports renames of objects that running code still uses under their old names. */
export const rename: StatementRule = {
  statement: ({ statement, objects, rebuilt }) =>
    statement.renames.flatMap(({ from, to }) => {
      const isNew = isCreatedInSameSql(objects, from) || isNewTable(objects, from.table);
      // A type that is renamed to make room for its replacement is reported as `enum-value-removed`.
      const isRebuilt = from.kind === 'type' && rebuilt.some(({ former }) => former.has(from.name));
      if (!kindsNamedInCode.has(from.kind) || isNew || isRebuilt) return [];
      const object = displayName(from);
      const message = `Code that is still running uses the old name of ${from.kind} ${object} and fails.`;
      return [{ rule: 'rename', object, message, safer: saferForm(from, to, objects) }];
    }),
};

function saferForm(from: SqlObject, to: SqlObject, objects: StatementContext['objects']): string | null {
  if (from.kind === 'table') {
    const [old, now] = [quoteName(from.name), quoteName(to.name)];
    return `alter table ${old} rename to ${quoteName(parseName(to.name).name)};\n-- until no code uses the old name:\ncreate view ${old} as select * from ${now};`;
  }
  if (from.kind !== 'column' || from.table === null) return null;
  const type = findObject(objects, from)?.type;
  return replaceColumn(from.table, from.name, to.name, type === undefined ? '…' : explainType(type));
}
