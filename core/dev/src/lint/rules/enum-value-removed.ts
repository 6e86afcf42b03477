import { defaultName, lookupKey, parseName, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import { isUnknown, type NetChange, type NetChanges } from '../net-changes.ts';
import type { NetFinding, StatementRule } from '../statement-rule.ts';

/** Reports enums that are rebuilt without some of their values. */
export const enumValueRemoved: StatementRule = {
  net: (net) => net.changes.flatMap((change) => rebuilt(change, net)),
};

function rebuilt(change: NetChange, { before }: NetChanges): readonly NetFinding[] {
  const lost = lostValues(change);
  const step = change.steps.find(({ from, to }) => to === null || lookupKey(from) !== lookupKey(to));
  if (lost === 'none' || step === undefined) return [];
  const { name } = change.before;
  const without =
    lost === 'unknown' ? 'possibly without some of its values' : `without ${lost.map(quoteLiteral).join(', ')}`;
  const message =
    `This rebuilds type ${name} ${without}: it fails on rows that have a removed value, and rewrites every table ` +
    'with a column of the type under an ACCESS EXCLUSIVE lock.';
  const columns = before
    .values()
    .filter(({ kind, type }) => kind === 'column' && type?.name === name && !type.array)
    .map(({ name: column, table }) => rejection(table ?? '', column, name, lost === 'unknown' ? [] : lost))
    .toArray();
  const keep = '-- keep the value in the type, and reject it in the columns that must no longer have it:';
  const safer = lost === 'unknown' || columns.length === 0 ? null : [keep, ...columns].join('\n');
  return [{ rule: 'enum-value-removed', object: name, message, safer, index: step.index }];
}

/**
 * Returns the values that an enum has lost because the text created another type under its name; `unknown` if nothing
 * is known about the old type.
 */
export function lostValues({ before, successor }: NetChange): readonly string[] | 'none' | 'unknown' {
  const isRebuilt = before.kind === 'type' && successor !== null && successor.before !== before;
  if (!isRebuilt || successor.values === undefined) return 'none';
  if (before.values === undefined) return isUnknown(before) ? 'unknown' : 'none';
  const { values } = successor;
  const lost = before.values.filter((value) => !values.includes(value));
  return lost.length === 0 ? 'none' : lost;
}

function rejection(table: string, column: string, type: string, lost: readonly string[]): string {
  const name = defaultName(parseName(table).name, column, 'values');
  const values = lost.map((value) => `${quoteLiteral(value)}::${quoteName(type)}`).join(', ');
  const check = `check (${quoteName(column)} not in (${values}))`;
  return `alter table ${quoteName(table)} add constraint ${quoteName(name)} ${check} not valid;`;
}
