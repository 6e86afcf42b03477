import { isMadeHere, nodesIn } from '@headwater/kernel/internal';
import { quotedName, type Danger, type Step } from './danger.ts';

/** What a statement may do to an enum from before. */
export function enumDangers({ statement, objects, later, rebuilt, transaction }: Step): readonly Danger[] {
  const removed = rebuilt.filter((type) => type.statement === statement);
  const dangers = removed.map(({ name, lost }): Danger => {
    const what =
      lost === null ? 'perhaps without some of its values' : `without ${lost.map((one) => `'${one}'`).join(', ')}`;
    const message = `The type ${name} is made anew, ${what}: rows that have one fail, and each table with such a column is written anew under a lock.`;
    return { rule: 'enum-value-removed', object: name, message, safer: keepValue(name) };
  });
  const added = statement.changes.find(({ kind, value }) => kind === 'type' && value?.from === null);
  if (added?.value === undefined || !transaction || isMadeHere(objects, added)) return dangers;
  const { to } = added.value;
  const used = later.some(({ node }) => nodesIn(node).some((one) => 'A_Const' in one && one.A_Const.sval?.sval === to));
  if (!used) return dangers;
  const message = `'${to}' is added to the type ${added.name} and used in the same transaction, which PostgreSQL refuses.`;
  const safer = `-- a revision of its own, before the one that uses the value:\n${statement.text};`;
  return [...dangers, { rule: 'enum-value-in-transaction', object: added.name, message, safer }];
}

function keepValue(type: string): string {
  return [
    '-- leave the value in the type, and refuse it where it is not wanted any more:',
    `alter table "…" add constraint "…" check ("…" <> '…'::${quotedName(type)}) not valid;`,
  ].join('\n');
}
