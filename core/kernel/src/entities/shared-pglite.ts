import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite';

/** Functions that parse the text of a value, by the oid of its type. */
export type Parsers = NonNullable<QueryOptions['parsers']>;

type QueryMethod = Transaction['query'];

/** The part of a PGlite engine that MikroORM and Kysely use. */
export type SharedPglite = Pick<PGlite, 'query' | 'exec' | 'closed' | 'ready' | 'waitReady'> & {
  readonly transaction: <Result>(
    work: (tx: Pick<Transaction, 'query' | 'rollback'>) => Promise<Result>,
  ) => Promise<Result>;
};

/** Returns a view of the kernel's engine for MikroORM. It has its own parsers for values and cannot be closed. */
export function sharePglite(engine: PGlite, parsers: Parsers): SharedPglite {
  const withParsers =
    (query: QueryMethod): QueryMethod =>
    <Row>(text: string, values?: unknown[], options?: QueryOptions): Promise<Results<Row>> =>
      query(text, values, { ...options, parsers });
  return {
    query: withParsers((...args) => engine.query(...args)),
    exec: (...args) => engine.exec(...args),
    transaction: (work) =>
      engine.transaction((tx) =>
        work({ query: withParsers((...args) => tx.query(...args)), rollback: () => tx.rollback() }),
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
