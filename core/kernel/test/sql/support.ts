import { readSql, type SqlStatement } from '../../src/sql/read-sql.ts';
import { schemaHistory, type SchemaHistory } from '../../src/ownership/schema-history.ts';
import type { SqlObject } from '../../src/sql/sql-object.ts';

/** An object in one word or two: `table t`, `column t.a`, `column a of t|u` where the SQL does not say which. */
export function drawn({ kind, name, table, among }: SqlObject): string {
  if (among !== undefined) return `${kind} ${name} of ${among.join('|')}`;
  const isInside = ['column', 'constraint', 'trigger', 'policy', 'rule'].includes(kind);
  return isInside ? `${kind} ${table}.${name}` : `${kind} ${name}`;
}

/** What the statements of `sql` say, together. */
export async function factsOf(sql: string): Promise<{
  readonly creates: readonly string[];
  readonly changes: readonly string[];
  readonly drops: readonly string[];
  readonly renames: readonly string[];
  readonly needs: readonly string[];
  readonly writes: readonly string[];
}> {
  const { statements } = await readSql(sql);
  const all = (list: (statement: SqlStatement) => readonly SqlObject[]): readonly string[] =>
    statements.flatMap(list).map(drawn);
  return {
    creates: all(({ creates }) => creates),
    changes: all(({ changes }) => changes),
    drops: all(({ drops }) => drops),
    renames: statements.flatMap(({ renames }) => renames.map(({ from, to }) => `${drawn(from)} -> ${drawn(to)}`)),
    needs: all(({ needs }) => needs),
    writes: statements.flatMap(({ writes }) => writes),
  };
}

/** A history drawn as `plugin@slug: SQL`, in order; SQL that is `code` stands for code. */
export function historyOf(...revisions: readonly string[]): Promise<SchemaHistory> {
  return schemaHistory(
    revisions.map((revision) => {
      const [, id = '', plugin = '', text = ''] = /^((\S+?)@\S+): ([\s\S]*)$/.exec(revision) ?? [];
      return { id, plugin, up: text === 'code' ? { kind: 'code' } : { kind: 'sql', text } };
    }),
  );
}
