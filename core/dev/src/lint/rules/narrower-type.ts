import { alteredType, explainTypes } from '../altered-type.ts';
import { replaceColumn } from '../safer-sql.ts';
import type { StatementRule } from '../statement-rule.ts';

/** Reports changes to a column type that some existing values may not fit. */
export const narrowerType: StatementRule = {
  alterTable(context) {
    const altered = alteredType(context);
    if (altered === null || altered.change.fits) return [];
    const { object, column, to } = altered;
    const message =
      `Not every value of ${object} may fit when its type changes ${explainTypes(altered)}: the revision then fails, ` +
      'or truncates values.';
    const safer = replaceColumn(context.table, column, `${column}_new`, to);
    return [{ rule: 'narrower-type', object, message, safer }];
  },
};
