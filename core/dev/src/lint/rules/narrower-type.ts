import { displayName, explainType, typeSql, type SqlType } from '@headwater/kernel/internal/sql';
import { explainTypes, typeChangeIn, usingIn } from '../altered-type.ts';
import { lastStep, typeAfter, type NetChange, type NetChanges } from '../net-changes.ts';
import { replaceColumn } from '../safer-sql.ts';
import type { NetFinding, StatementRule } from '../statement-rule.ts';

/** Reports columns with a new type that some existing values may not fit. */
export const narrowerType: StatementRule = {
  net: (net) => net.changes.flatMap((change) => narrowed(change, net)),
};

function narrowed(change: NetChange, net: NetChanges): readonly NetFinding[] {
  const { before, after } = change;
  const { kind, table, name, type: from } = before;
  const to = after?.type;
  if (kind !== 'column' || table === null || to === undefined) return [];
  const step = lastStep(change, (a, b) => b?.type !== undefined && (a.type === undefined || !isSame(a.type, b.type)));
  if (step === null || (from !== undefined && isSame(typeAfter(from, net), to))) return [];
  if (typeChangeIn(net.before, from, net.after, to).fits) return [];
  // The values are computed, or cut, which is reported as `data-loss`.
  const { computed, lossy } = usingIn(step.statement, step.from);
  if (computed || lossy) return [];
  const object = displayName(before);
  const message =
    `Not every value of ${object} may fit when its type changes ${explainTypes(from, to)}: the revision then fails, ` +
    'or truncates values.';
  const safer = replaceColumn(net.before, { table, column: name, by: `${name}_new`, type: typeSql(to) });
  return [{ rule: 'narrower-type', object, message, safer, index: step.index }];
}

function isSame(a: SqlType, b: SqlType): boolean {
  return explainType(a) === explainType(b);
}
