import { PgliteConnection, PgliteDriver } from '@mikro-orm/pglite';
import { isKernelError } from '../error/kernel-codes.ts';
import type { Turns } from './turns.ts';

/**
 * MikroORM's driver for PGlite, on which nobody waits for ever: the one connection is handed out by `turns` and not by
 * kysely, whose own queue knows no limit.
 */
export function embeddedDriver(turns: Turns): typeof PgliteDriver {
  class OneConnection extends PgliteConnection {
    override createKyselyDialect(...options: Parameters<PgliteConnection['createKyselyDialect']>) {
      const dialect = super.createKyselyDialect(...options);
      const createDriver = dialect.createDriver.bind(dialect);
      const createAdapter = dialect.createAdapter.bind(dialect);
      // Turns kysely's own queue off.
      dialect.createAdapter = () =>
        Object.defineProperty(createAdapter(), 'supportsMultipleConnections', { value: true });
      dialect.createDriver = () => inTurns(createDriver(), turns);
      return dialect;
    }

    override async transactional<Result>(
      work: (transaction: Transaction) => Promise<Result>,
      options?: Parameters<PgliteConnection['transactional']>[1],
    ): Promise<Result> {
      return super.transactional((transaction) => turns.inside(() => work(transaction)), options);
    }
  }

  return class extends PgliteDriver {
    protected override readonly connection = new OneConnection(this.config);

    /** MikroORM would wrap ours in an error of its own. */
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

function inTurns(driver: Driver, turns: Turns): Driver {
  const acquire = driver.acquireConnection.bind(driver);
  const release = driver.releaseConnection.bind(driver);
  return Object.assign(driver, {
    async acquireConnection(...options: Parameters<Driver['acquireConnection']>) {
      await turns.take();
      try {
        return await acquire(...options);
      } catch (error) {
        turns.give();
        throw error;
      }
    },
    async releaseConnection(...options: Parameters<Driver['releaseConnection']>) {
      try {
        await release(...options);
      } finally {
        turns.give();
      }
    },
  } satisfies Partial<Driver>);
}
