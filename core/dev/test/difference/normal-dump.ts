import { stableExpression } from '../../../kernel/src/catalog/stable-expression.ts';

/**
 * Returns the entries of a dump by `pg_dump --schema-only --no-owner` in a form in which two dumps are equal if the schemas
 * are: sorted, without comments and settings, without the positions of columns, and without the names of `not null`
 * constraints, which only PostgreSQL 18 has.
 */
export function normalDump(text: string): readonly string[] {
  return text
    .split(/^--\n-- (?=Name: )/m)
    .slice(1)
    .map((entry) => {
      const [, name = '', type = '', body = ''] = /^Name: (.*); Type: (.*); Schema: .*\n--\n([^]*)$/.exec(entry) ?? [];
      return `${type} ${name}\n${normalBody(type, body)}`;
    })
    .toSorted();
}

/** The types of entries whose lines have the order of columns or of grants. */
const unordered = /^(?:TABLE|FOREIGN TABLE|ACL|DEFAULT ACL)$/;

function normalBody(type: string, body: string): string {
  const lines = stableExpression(body)
    .replace(/\bWITH \(([\w.]+='[^)]*')\)/g, (_, list: string) => `WITH ${sortedList(list)}`)
    .replace(/ CONSTRAINT \S+ NOT NULL/g, ' NOT NULL')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--') && !/^(?:SET |\\(?:un)?restrict )/.test(line));
  if (type === 'PUBLICATION TABLE')
    return lines.join('\n').replace(/\(([\w, ]+)\)/g, (_, list: string) => sortedList(list));
  if (type === 'STATISTICS')
    return lines.join('\n').replace(/ ON (.*) FROM /, (_, list: string) => ` ON ${sortedList(list)} FROM `);
  if (!unordered.test(type)) return lines.join('\n');
  return lines
    .map((line) => line.replace(/,$/, ''))
    .toSorted()
    .join('\n');
}

function sortedList(list: string): string {
  return `(${list.split(', ').toSorted().join(', ')})`;
}
