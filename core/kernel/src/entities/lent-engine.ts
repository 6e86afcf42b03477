import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite';

/** How a value's text is read, by the oid of its type. */
export type Parsers = NonNullable<QueryOptions['parsers']>;

type Query = Transaction['query'];

/** What MikroORM and kysely use of an engine. */
export type LentEngine = Pick<PGlite, 'query' | 'exec' | 'closed' | 'ready' | 'waitReady'> & {
  readonly transaction: <Result>(
    work: (tx: Pick<Transaction, 'query' | 'rollback'>) => Promise<Result>,
  ) => Promise<Result>;
};

/** Lends out the kernel's engine, with values read as MikroORM wants them. What borrows it does not close it. */
export function lendEngine(engine: PGlite, parsers: Parsers): LentEngine {
  const reading =
    (query: Query): Query =>
    <Row>(text: string, values?: unknown[], options?: QueryOptions): Promise<Results<Row>> =>
      query(text, values, { ...options, parsers });
  return {
    query: reading((...args) => engine.query(...args)),
    exec: (...args) => engine.exec(...args),
    transaction: (work) =>
      engine.transaction((tx) =>
        work({ query: reading((...args) => tx.query(...args)), rollback: () => tx.rollback() }),
      ),
    get closed() {
      return engine.closed;
    },
    get ready() {
      return engine.ready;
    },
    waitReady: engine.waitReady,
  };
}
