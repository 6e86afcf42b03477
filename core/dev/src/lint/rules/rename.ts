import {
  displayName,
  lookupKey,
  quoteName,
  typeSql,
  type TrackedObject,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import { isGoneWithContainer, isNamedInCode, lastStep, type NetChange, type NetChanges } from '../net-changes.ts';
import { replaceColumn } from '../safer-sql.ts';
import type { NetFinding, StatementRule } from '../statement-rule.ts';

/** Reports new names of objects and enum values that running code still uses under their old names. */
export const rename: StatementRule = {
  net: (net) => net.changes.flatMap((change) => [...renamed(change, net), ...renamedValues(change)]),
};

function renamed(change: NetChange, net: NetChanges): readonly NetFinding[] {
  const { before, after, successor } = change;
  if (after === null || successor !== null || !isNamedInCode(before, net) || isOnlyMoved(before, after)) return [];
  if (before.kind !== 'column' && isGoneWithContainer(change, net)) return [];
  const step = lastStep(change, (from, to) => to !== null && lookupKey(from) !== lookupKey(to));
  if (step === null) return [];
  const object = displayName(before);
  const message = `Code that is still running uses the old name of ${before.kind} ${object} and fails.`;
  return [
    {
      rule: 'rename',
      object,
      message,
      safer: saferForm(net.before, before, after, step.statement.text),
      index: step.index,
    },
  ];
}

function renamedValues({ before, successor, steps }: NetChange): readonly NetFinding[] {
  const step = steps.at(-1);
  if (before.kind !== 'type' || successor?.before !== before || step === undefined) return [];
  const gone = (before.values ?? []).filter((value) => successor.values?.includes(value) !== true);
  return gone.map((value) => {
    const message = `Code that is still running uses the old name of the value '${value}' of type ${before.name} and fails.`;
    return { rule: 'rename', object: before.name, message, safer: null, index: step.index };
  });
}

/** Whether a column only has another table name, since its table was renamed. */
function isOnlyMoved(before: TrackedObject, after: TrackedObject): boolean {
  return before.kind === 'column' && before.name === after.name;
}

function saferForm(objects: TrackedObjects, before: TrackedObject, after: TrackedObject, text: string): string | null {
  const { kind, name, table, type } = before;
  if (kind === 'table' || kind === 'view') {
    const [old, now] = [quoteName(name), quoteName(after.name)];
    return `${text};\n-- until no code uses the old name:\ncreate view ${old} as select * from ${now};`;
  }
  if (kind !== 'column' || table === null) return null;
  const by = { table, column: name, by: after.name, type: type === undefined ? '…' : typeSql(type) };
  return replaceColumn(objects, by);
}
