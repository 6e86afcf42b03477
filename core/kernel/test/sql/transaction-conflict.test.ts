import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { readSql } from '../../src/sql/read-sql.ts';
import { transactionConflict } from '../../src/sql/transaction-conflict.ts';
import { applied, branch, sessionPerTest, upgrade } from '../db/support.ts';

/** Statements that control the transaction. */
const control: readonly (readonly [sql: string, command: string])[] = [
  ['begin', 'BEGIN'],
  ['start transaction read only', 'START TRANSACTION'],
  ['commit', 'COMMIT'],
  ['end', 'COMMIT'],
  ['rollback', 'ROLLBACK'],
  ['abort', 'ROLLBACK'],
  ['savepoint a', 'SAVEPOINT'],
  ['release a', 'RELEASE SAVEPOINT'],
  ['rollback to a', 'ROLLBACK TO SAVEPOINT'],
  [`prepare transaction 'a'`, 'PREPARE TRANSACTION'],
  [`commit prepared 'a'`, 'COMMIT PREPARED'],
  [`rollback prepared 'a'`, 'ROLLBACK PREPARED'],
  ['discard all', 'DISCARD ALL'],
  ['deallocate all', 'DEALLOCATE ALL'],
  ['set transaction isolation level serializable', 'SET TRANSACTION'],
  ['set local transaction not deferrable', 'SET TRANSACTION'],
  ['set transaction read only', 'SET TRANSACTION'],
  [`set local transaction_isolation = 'repeatable read'`, 'SET TRANSACTION'],
  ['set transaction_read_only = on', 'SET TRANSACTION'],
  [`set transaction snapshot '00000003-0000001B-1'`, 'SET TRANSACTION'],
];

/** Statements that PostgreSQL runs only outside a transaction. */
const outside: readonly (readonly [sql: string, command: string])[] = [
  ['create index concurrently n on t (a)', 'CREATE INDEX CONCURRENTLY'],
  ['create unique index concurrently on t (a)', 'CREATE INDEX CONCURRENTLY'],
  ['drop index concurrently i', 'DROP INDEX CONCURRENTLY'],
  ['reindex index concurrently i', 'REINDEX CONCURRENTLY'],
  ['reindex (verbose, concurrently on) table t', 'REINDEX CONCURRENTLY'],
  ['reindex schema public', 'REINDEX of several tables'],
  ['alter table p detach partition p1 concurrently', 'DETACH PARTITION CONCURRENTLY'],
  ['vacuum', 'VACUUM'],
  ['vacuum (analyze) t', 'VACUUM'],
  ['cluster', 'CLUSTER of several tables'],
  ['alter system set work_mem = 1000', 'ALTER SYSTEM'],
  ['create database d', 'CREATE DATABASE'],
  ['drop database d', 'DROP DATABASE'],
  ['alter database template1 set tablespace pg_default', 'ALTER DATABASE SET TABLESPACE'],
  [`create tablespace s location '/nowhere'`, 'CREATE TABLESPACE'],
  ['drop tablespace s', 'DROP TABLESPACE'],
  [`create subscription s connection '' publication p`, 'CREATE SUBSCRIPTION with a replication slot'],
];

/** Statements that look like those above, but can run in a transaction. */
const accepted: readonly string[] = [
  'discard temp',
  'discard plans',
  'set transaction_read_only = off',
  `set local transaction_isolation = 'read committed'`,
  'prepare q as select 1; deallocate q',
  'set transaction isolation level read committed, read write',
  'set session characteristics as transaction read only',
  'set constraints all deferred',
  'create index n on t (a)',
  'drop index n',
  'reindex (concurrently off) index i',
  'reindex table t',
  'refresh materialized view concurrently v',
  'alter table p detach partition p1',
  'analyze',
  'analyze t',
  'cluster t using t_pkey',
  'checkpoint',
  'do $$ begin perform 1; end $$',
];

const setup =
  'create table t (id int primary key, a int); create index i on t (a); create table p (a int) partition by list (a); ' +
  'create table p1 partition of p for values in (1); create materialized view v as select 1 as a; ' +
  'create unique index v_a on v (a)';

async function problemOf(sql: string, transaction = true): Promise<string | null> {
  const [statement] = (await readSql(sql)).statements;
  return statement === undefined ? null : (transactionConflict(statement.node, transaction)?.problem ?? null);
}

describe('a statement in a revision', () => {
  it.each(control)('is always refused if it controls transactions: %s', async (sql, command) => {
    const problem = `A revision cannot run ${command}: only the kernel controls transactions.`;
    expect([await problemOf(sql), await problemOf(sql, false)]).toEqual([problem, problem]);
  });

  it.each([
    ...outside,
    ['alter subscription s refresh publication', 'ALTER SUBSCRIPTION with a refresh'] as const,
    ['alter subscription s add publication p', 'ALTER SUBSCRIPTION with a refresh'] as const,
  ])('is refused if it needs `transaction: false`: %s', async (sql, command) => {
    expect(await problemOf(sql)).toBe(`PostgreSQL does not run ${command} in a transaction.`);
    expect(await problemOf(sql, false)).toBeNull();
  });

  it.each([
    ...accepted,
    `create subscription s connection '' publication p with (connect = false)`,
    `create subscription s connection '' publication p with (create_slot = 0)`,
    'alter subscription s set publication p with (refresh = off)',
    'alter database d with connection limit 3',
  ])('is accepted if it can run in a transaction: %s', async (sql) => {
    expect(await problemOf(sql)).toBeNull();
  });
});

describe.each(databaseKinds)('a revision on %s', (kind) => {
  const current = sessionPerTest(kind);

  it('fails with each refused statement', async () => {
    const session = current();
    for (const [sql] of [...control, ...outside]) {
      const { error } = await upgrade(session, branch('m', setup, sql));
      expect(error?.code, sql).toMatch(/^(?:ENVELOPE_VIOLATED|MIGRATION_FAILED|DATABASE_READ_ONLY)$/);
    }
    expect(await applied(session)).toEqual(['m@0001']);
  });

  it('runs with all accepted statements', async () => {
    const { error } = await upgrade(current(), branch('m', setup, ...accepted));
    expect(error).toBeNull();
  });

  it('runs if its `up` consists of comments only', async () => {
    const session = current();
    const { error } = await upgrade(session, branch('m', '-- nothing to do', '/* nothing */ ;'));
    expect(error).toBeNull();
    expect(await applied(session)).toEqual(['m@0001', 'm@0002']);
  });
});
