import { schemaHistory, type SchemaHistory } from '../../src/ownership/schema-history.ts';
import { readSql, type SqlStatement } from '../../src/sql/read-sql.ts';
import { tableKinds, type SqlObject } from '../../src/sql/sql-object.ts';

/** Describes an object: `table t`, `column t.a`, `column a of t|u` if the SQL does not say which table has it. */
export function describeObject({ kind, name, table, among }: SqlObject): string {
  if (among !== undefined) return `${kind} ${name} of ${among.join('|')}`;
  return tableKinds.has(kind) ? `${kind} ${table}.${name}` : `${kind} ${name}`;
}

/** Returns the combined effects of the statements in `sql`, with every object described. */
export async function effectsOf(sql: string): Promise<{
  readonly creates: readonly string[];
  readonly changes: readonly string[];
  readonly drops: readonly string[];
  readonly renames: readonly string[];
  readonly needs: readonly string[];
  readonly writes: readonly string[];
}> {
  const { statements } = await readSql(sql);
  const all = (list: (statement: SqlStatement) => readonly SqlObject[]): readonly string[] =>
    statements.flatMap(list).map(describeObject);
  return {
    creates: all(({ creates }) => creates),
    changes: all(({ changes }) => changes),
    drops: all(({ drops }) => drops),
    renames: statements.flatMap(({ renames }) =>
      renames.map(({ from, to }) => `${describeObject(from)} -> ${describeObject(to)}`),
    ),
    needs: all(({ needs }) => needs),
    writes: statements.flatMap(({ writes }) => writes),
  };
}

/** Builds a history from lines like `plugin@slug: SQL`, in order. The SQL `code` denotes a code revision. */
export function historyOf(...revisions: readonly string[]): Promise<SchemaHistory> {
  return schemaHistory(
    revisions.map((revision) => {
      const [, id = '', plugin = '', text = ''] = /^((\S+?)@\S+): ([\s\S]*)$/.exec(revision) ?? [];
      return { id, plugin, up: text === 'code' ? { kind: 'code' } : { kind: 'sql', text } };
    }),
  );
}
