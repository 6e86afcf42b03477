import { PgliteConnection, PgliteDriver } from '@mikro-orm/pglite';
import { isKernelError } from '../error/kernel-codes.ts';
import type { ConnectionQueue } from './connection-queue.ts';

/** Statements around each use of the single connection. */
export interface UseOfConnection {
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * Creates MikroORM's PGlite driver with our own queue for the single connection. With Kysely's queue, which has no
 * timeout, a transaction that waits for itself would wait forever. `use` runs around each use of the connection.
 */
export function createPgliteDriver(queue: ConnectionQueue, use?: UseOfConnection): typeof PgliteDriver {
  class QueuedConnection extends PgliteConnection {
    override createKyselyDialect(...options: Parameters<PgliteConnection['createKyselyDialect']>) {
      const dialect = super.createKyselyDialect(...options);
      const createDriver = dialect.createDriver.bind(dialect);
      const createAdapter = dialect.createAdapter.bind(dialect);
      // Turns off Kysely's own queue.
      dialect.createAdapter = () =>
        Object.defineProperty(createAdapter(), 'supportsMultipleConnections', { value: true });
      dialect.createDriver = () => withQueue(createDriver(), queue, use);
      return dialect;
    }

    override async transactional<Result>(
      work: (transaction: Transaction) => Promise<Result>,
      options?: Parameters<PgliteConnection['transactional']>[1],
    ): Promise<Result> {
      return super.transactional((transaction) => queue.runTransaction(() => work(transaction)), options);
    }
  }

  return class extends PgliteDriver {
    protected override readonly connection = new QueuedConnection(this.config);

    /** Rethrows a KernelError unchanged. MikroORM would wrap it in one of its own errors. */
    protected override async rethrow<Result>(promise: Promise<Result>): Promise<Result> {
      return promise.catch((error: unknown) => {
        if (isKernelError(error)) throw error;
        throw this.convertException(error instanceof Error ? error : new Error(String(error)));
      });
    }
  };
}

type Transaction = Parameters<Parameters<PgliteConnection['transactional']>[0]>[0];
type Dialect = ReturnType<PgliteConnection['createKyselyDialect']>;
type Driver = ReturnType<Dialect['createDriver']>;

function withQueue(driver: Driver, queue: ConnectionQueue, use: UseOfConnection | undefined): Driver {
  const acquire = driver.acquireConnection.bind(driver);
  const release = driver.releaseConnection.bind(driver);
  return Object.assign(driver, {
    async acquireConnection(...options: Parameters<Driver['acquireConnection']>) {
      await queue.acquire();
      try {
        await use?.begin();
        return await acquire(...options);
      } catch (error) {
        queue.release();
        throw error;
      }
    },
    async releaseConnection(...options: Parameters<Driver['releaseConnection']>) {
      try {
        await release(...options);
        await use?.end();
      } finally {
        queue.release();
      }
    },
  } satisfies Partial<Driver>);
}
