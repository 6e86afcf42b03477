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
  const message = `Not every value of ${object} may fit when its type changes ${explainTypes(from, to)}: ${effectOnRows(from, to)}.`;
  const safer = replaceColumn(net.before, { table, column: name, by: `${name}_new`, type: typeSql(to) });
  return [{ rule: 'narrower-type', object, message, safer, index: step.index }];
}

/** Says what happens to existing values that do not fit. */
function effectOnRows(from: SqlType | undefined, to: SqlType): string {
  if (from === undefined || from.array !== to.array) return 'the revision fails on such a value, or rounds or cuts it';
  const [old, now] = [kindOf(from), kindOf(to)];
  if (now === 'text') return 'the revision fails if a value is too long; only spaces at its end are cut';
  if (now === 'number' && old === 'number') {
    const rounds = from.name === 'numeric' || from.name.startsWith('float');
    return `${rounds ? 'excess digits are rounded in silence, and ' : ''}the revision fails if a value is out of range`;
  }
  if (now === 'time' && old === 'time') {
    return to.name === 'date' ? 'the time of day is cut in silence' : 'fractional seconds are rounded in silence';
  }
  return 'the revision fails on such a value';
}

function kindOf({ name }: SqlType): 'text' | 'number' | 'time' | null {
  if (/^(?:varchar|bpchar|text)$/.test(name)) return 'text';
  if (/^(?:int[248]|numeric|float[48])$/.test(name)) return 'number';
  return /^(?:date|timestamp|timestamptz)$/.test(name) ? 'time' : null;
}

function isSame(a: SqlType, b: SqlType): boolean {
  return explainType(a) === explainType(b);
}
