import { isKernelError } from '@headwater/kernel/internal/errors';
import { readSql, type SqlObject, type SqlStatement } from '@headwater/kernel/internal/sql';

/** Finds the plugin that declares an object, or null. Tables, columns and types have names as the server stores them. */
export type FindOwner = (object: Pick<SqlObject, 'kind' | 'name' | 'table'>) => string | null;

/** Consecutive statements of one plugin. */
export interface StatementRun {
  readonly plugin: string;
  readonly statements: readonly string[];
}

/** Splits the statements of a history among the plugins that own the objects that they are about. */
export interface StatementSplitter {
  /**
   * Splits the statements of one migration, in order. A statement joins an earlier run of its plugin if it touches
   * nothing that the runs in between touch, so most migrations give one run for each plugin. Calls `refuse` for a
   * statement that is about objects of several plugins.
   */
  readonly split: (
    statements: readonly string[],
    refuse: (problem: string) => Error,
  ) => Promise<readonly StatementRun[]>;
}

interface OpenRun {
  readonly plugin: string;
  readonly statements: string[];
  readonly touched: Set<string>;
}

/** Opens a {@link StatementSplitter}. What no plugin declares goes to the plugin that created it, else to `rest`. */
export function openSplitter(rest: string, ownerOf: FindOwner): StatementSplitter {
  /** The plugins of objects that no entity declares, by their names. */
  const creators = new Map<string, string>();
  const pluginsOf = (objects: readonly SqlObject[]): readonly string[] => [
    ...new Set(objects.flatMap((object) => ownerOf(object) ?? creators.get(object.table ?? object.name) ?? [])),
  ];
  return {
    async split(texts, refuse) {
      const runs: OpenRun[] = [];
      for (const statement of await statementsIn(texts)) {
        const about = objectsOf(statement);
        const [plugin = rest, ...others] = pluginsOf(about);
        if (others.length > 0) {
          const owners = [plugin, ...others].join(' and ');
          throw refuse(`one of its statements changes objects of ${owners}: ${statement.text.slice(0, 80)}`);
        }
        for (const { name, table } of statement.creates) if (table === null) creators.set(name, plugin);
        const touched = new Set([...about, ...statement.needs].map(({ name, table }) => table ?? name));
        const run = runToJoin(runs, plugin, touched);
        run.statements.push(`${statement.text};`);
        for (const name of touched) run.touched.add(name);
      }
      return runs;
    },
  };
}

/** Returns the earliest run of the plugin that the statement can join, or appends one. */
function runToJoin(runs: OpenRun[], plugin: string, touched: ReadonlySet<string>): OpenRun {
  let found: OpenRun | null = null;
  for (const run of runs.toReversed()) {
    if (run.plugin === plugin) found = run;
    else if (!run.touched.isDisjointFrom(touched)) break;
  }
  if (found !== null) return found;
  const added: OpenRun = { plugin, statements: [], touched: new Set() };
  runs.push(added);
  return added;
}

/** Returns the objects that a statement is about: not those that it only needs. A new table stands for its parts. */
function objectsOf({ creates, changes, drops, renames, writes }: SqlStatement): readonly SqlObject[] {
  const tables = new Set(creates.flatMap(({ kind, name }) => (kind === 'table' || kind === 'view' ? [name] : [])));
  const own = creates.filter(({ table }) => table === null || !tables.has(table));
  const written = writes.map((name): SqlObject => ({ kind: 'table', name, table: null }));
  const others = [...changes, ...drops, ...renames.map(({ from }) => from), ...written];
  return tables.size > 0 ? own.filter(({ name }) => tables.has(name)) : [...own, ...others];
}

async function statementsIn(texts: readonly string[]): Promise<readonly SqlStatement[]> {
  const found: SqlStatement[] = [];
  for (const text of texts) {
    try {
      found.push(...(await readSql(text)).statements);
    } catch (error) {
      // The refusal of the draft names the migration.
      if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    }
  }
  return found;
}
