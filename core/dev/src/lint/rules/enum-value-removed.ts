import { quoteName } from '@headwater/kernel/internal/sql';
import type { StatementRule } from '../statement-rule.ts';

/** Reports enums that are rebuilt, which is the only way to remove a value. */
export const enumValueRemoved: StatementRule = {
  statement: ({ statement, rebuilt }) =>
    rebuilt
      .filter((type) => type.statement === statement)
      .map(({ name, lost }) => {
        const without =
          lost === null ? 'possibly without some of its values' : `without ${lost.map((one) => `'${one}'`).join(', ')}`;
        const message =
          `This rebuilds type ${name} ${without}: it fails on rows that have a removed value, and rewrites every table ` +
          'with a column of the type under an ACCESS EXCLUSIVE lock.';
        return { rule: 'enum-value-removed', object: name, message, safer: keepValue(name) };
      }),
};

function keepValue(type: string): string {
  return [
    '-- keep the value in the type, and reject it in the columns that must no longer have it:',
    `alter table "…" add constraint "…" check ("…" <> '…'::${quoteName(type)}) not valid;`,
  ].join('\n');
}
