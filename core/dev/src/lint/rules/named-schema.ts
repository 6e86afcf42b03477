import { schemasNamedIn } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';

/**
 * Reports schemas that SQL names, unless the tables are in `public`. An upgrade refuses such SQL. Throws SQL_SYNTAX.
 */
export async function namedSchema(sql: string, tables: string): Promise<readonly RuleFinding[]> {
  if (tables === 'public') return [];
  return (await schemasNamedIn(sql)).map(({ schema, statement }) => {
    const message =
      `This names the schema "${schema}", but "database.schema" puts the tables in "${tables}". Leave the schema out: names ` +
      'without one are in that of the tables.';
    const at = { sql, statement: statement.text, line: statement.line };
    return { rule: 'named-schema', object: schema, message, safer: null, at };
  });
}
