import { onTestFinished } from 'vitest';
import { emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';

/** A database, with one kernel at a time. */
export interface Site {
  /** Opens a kernel with these plugins. Closes the one before. */
  readonly reopen: (plugins: Readonly<Record<string, HostPlugin>>) => Promise<Kernel>;
  /** Runs one query without a kernel. Closes the one before. */
  readonly query: (text: string) => Promise<readonly Record<string, unknown>[]>;
  /** Uses a session without a kernel. Closes the one before. */
  readonly use: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
}

/** Returns a site with an empty database, until the end of the test. */
export async function siteOn(kind: DatabaseKind): Promise<Site> {
  const target = await emptyDatabase(kind);
  const url = urlOf(target);
  let kernel: Kernel | null = null;
  const close = async (): Promise<void> => {
    await kernel?.close();
    kernel = null;
  };
  onTestFinished(close);
  const use = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await close();
    const session = await openSession(target);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    async reopen(plugins) {
      await close();
      kernel = await open({ config: { database: url }, plugins });
      return kernel;
    },
    query: (text) => use((session) => session.query<Record<string, unknown>>(text)),
    use,
  };
}
