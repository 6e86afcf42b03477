import { fullDisk, silent, test, wire, type PromiseTest } from './promise-tests.ts';

/** A bug of the kernel that tests with faults have found. */
export interface Finding {
  /** What happened. */
  readonly bug: string;
  /** A test of it. */
  readonly test: PromiseTest;
  /** Where it was fixed: a file, from the root of the repository. */
  readonly fixed: string;
}

const run = 'core/kernel/src/run';
const pooler = 'core/kernel/test/run/pooler.test.ts';
const specialSteps = 'core/kernel/test/run/special-steps.test.ts';

/** All bugs that were found so far. */
export const findings: readonly Finding[] = [
  {
    bug: 'A connection that went silent never ended.',
    test: silent,
    fixed: 'core/kernel/src/db/limit-responses.ts',
  },
  {
    bug: 'The server process of a connection that went silent kept the migration lock, and the upgrade named itself as the holder.',
    test: silent,
    fixed: `${run}/reconnect.ts`,
  },
  {
    bug: 'Behind PgBouncer, such a server process could not be found, because the pooler reports an id of its own.',
    test: test(
      'core/kernel/test/run/pooler.test.ts',
      'a session that goes silent within a command is ended in %s mode',
    ),
    fixed: 'core/kernel/src/db/postgres-session.ts',
  },
  {
    bug: 'Behind PgBouncer, the server process of a second connection that went silent kept its locks, and the upgrade was blocked by itself.',
    test: test(pooler, 'a second connection that goes silent within a command is ended in %s mode'),
    fixed: `${run}/reconnect.ts`,
  },
  {
    bug: 'Behind PgBouncer with one connection, a client that went silent during the check of the server kept that connection.',
    test: test(pooler, 'a session that goes silent while the server is checked gives the only connection back'),
    fixed: 'core/kernel/src/db/preflight.ts',
  },
  {
    bug: 'A second connection that broke was reported as a pooler without one.',
    test: wire,
    fixed: 'core/kernel/src/db/preflight.ts',
  },
  {
    bug: 'The server process of a second connection that broke kept its locks.',
    test: wire,
    fixed: `${run}/reconnect.ts`,
  },
  {
    bug: 'A connection that broke whenever the ledger was read was blamed on a revision.',
    test: test(
      'core/kernel/test/run/lost-connection.test.ts',
      'reports an unreachable database if every connection breaks again while it reads the ledger',
    ),
    fixed: `${run}/recover.ts`,
  },
  {
    bug: 'A run that recorded a squash before its connection broke reported the wrong revisions.',
    test: wire,
    fixed: `${run}/reconnect.ts`,
  },
  {
    bug: 'An uncommitted schema of the ledger, of another session, made an upgrade wait without an end.',
    test: test('core/kernel/test/db/postgres.test.ts', 'gives up if another session keeps an uncommitted schema'),
    fixed: `${run}/run-steps.ts`,
  },
  {
    bug: 'On a full disk, a ledger that could not be written was reported as damaged.',
    test: fullDisk,
    fixed: `${run}/classify-error.ts`,
  },
  {
    bug: 'On a full disk, a stamp was reported as a revision that failed.',
    test: fullDisk,
    fixed: `${run}/run-steps.ts`,
  },
  {
    bug: 'A ledger whose statement was cancelled was reported as damaged.',
    test: test(
      'core/kernel/test/run/apply.test.ts',
      'does not call the ledger damaged if the statement that writes to it is cancelled',
    ),
    fixed: `${run}/classify-error.ts`,
  },
  {
    bug: 'The invalid index of a failed concurrent build was left, and the error claimed that all was rolled back.',
    test: test(specialSteps, 'drops the invalid index of a failed build'),
    fixed: `${run}/run-nontransactional.ts`,
  },
  {
    bug: 'A code revision that queried for ever on the embedded engine was never ended.',
    test: test(specialSteps, 'ends with its time limit if its function queries forever'),
    fixed: `${run}/run-observed.ts`,
  },
  {
    bug: 'A plugin whose package was gone could not be uninstalled if it had built an index concurrently.',
    test: wire,
    fixed: `${run}/stored-revisions.ts`,
  },
  {
    bug: 'A standby on which only a squash was to be recorded did not boot.',
    test: test('test/faults/standby.test.ts', 'boots what is up to date, refuses what is not before it writes'),
    fixed: `${run}/open-run.ts`,
  },
];
