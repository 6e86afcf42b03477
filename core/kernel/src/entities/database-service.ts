import { RequestContext } from '@mikro-orm/core';
import type { Database } from '../contract/database.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { Orm } from './orm.ts';

/** Creates the `Database` service of an application. */
export function createDatabaseService(orm: Orm, schemas: Database['schemas']): Database {
  const { em } = orm;
  const assertContext = (what: string): void => {
    // The global EntityManager delegates to that of the current context. Outside a context it stands for itself.
    if (em.getContext(false) === em) throw kernelError('DATABASE_CONTEXT_MISSING', { what });
  };
  return Object.freeze({
    get em() {
      assertContext('`em` of the database');
      return em;
    },
    async transactional<Result>(work: (em: Orm['em']) => Promise<Result>): Promise<Result> {
      assertContext('A transaction');
      return em.transactional(work);
    },
    schemas,
    inContext: <Result>(work: () => Promise<Result>): Promise<Result> => RequestContext.create(em, work),
  });
}
