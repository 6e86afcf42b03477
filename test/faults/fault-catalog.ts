import {
  brokenTwice,
  faultyBoots,
  fullDisk,
  killed,
  killedEmbedded,
  model,
  silent,
  test,
  together,
  wire,
  type PromiseTest,
} from './promise-tests.ts';

/** A fault, and the tests that inject it. */
export interface CatalogedFault {
  /** The number that the names of tests have. */
  readonly id: string;
  /** What happens. */
  readonly fault: string;
  /** What is left afterwards, besides what every trial checks. */
  readonly expected: string;
  readonly tests: readonly PromiseTest[];
}

const survivors = test('test/faults/many-boots.test.ts', 'F-04: the survivors finish');
const serverFaults = test(
  'test/faults/server-faults.test.ts',
  'answers truly, and the next operation reaches the goal',
);
const rolling = test('test/first-party/rolling-upgrade.test.ts', 'answer every request while an additive upgrade runs');
const specialSteps = 'core/kernel/test/run/special-steps.test.ts';
const isolation = 'core/kernel/test/run/isolation.test.ts';
const foreignEffects = 'core/kernel/test/run/foreign-effects.test.ts';
const ledgerCheck = 'core/kernel/test/plan/ledger-check.test.ts';
const pooler = 'core/kernel/test/run/pooler.test.ts';
const plugins = 'test/faults/plugins.test.ts';

/** All faults that the tests inject, in the order of their numbers. */
export const faultCatalog: readonly CatalogedFault[] = [
  {
    id: 'F-01',
    fault: 'Up to 16 processes boot on an empty database.',
    expected: 'Each revision takes effect once, and all processes exit with 0.',
    tests: [together],
  },
  {
    id: 'F-02',
    fault: 'Up to eight processes boot from an earlier state of the database, each with other plugins.',
    expected: 'The revisions of all of them take effect once, and all processes exit with 0.',
    tests: [
      test('test/faults/many-boots.test.ts', 'F-02: processes with different plugins apply all of them together'),
    ],
  },
  {
    id: 'F-03',
    fault: 'kill -9 at a message: of the process, or of its connection.',
    expected: 'The next boot converges.',
    tests: [killed, wire],
  },
  {
    id: 'F-04',
    fault: 'kill -9 of some of 16 processes.',
    expected: 'The others finish, and the lock is free within 5 seconds.',
    tests: [survivors, faultyBoots],
  },
  {
    id: 'F-05',
    fault: 'A session of another program holds the migration lock: for a while, or for ever.',
    expected: 'The boot waits; exit code 30 at its deadline, with the session that holds the lock.',
    tests: [
      test('test/faults/foreign-lock.test.ts', 'for a while: the boot waits, and then does its work'),
      test('test/faults/foreign-lock.test.ts', 'for ever: the boot gives up at the deadline, and names the session'),
    ],
  },
  {
    id: 'F-06',
    fault: 'SIGTERM or SIGINT, while it waits for the lock or runs a revision.',
    expected: 'The process ends at once, and nothing is left.',
    tests: [
      test('test/faults/foreign-lock.test.ts', 'F-06: a signal while it waits for the lock'),
      test('test/faults/signals.test.ts', 'F-06: %s while a revision runs ends the process at once'),
    ],
  },
  {
    id: 'F-10',
    fault: 'The connection is cut before COMMIT, or after it.',
    expected: 'The verdict is that of the database.',
    tests: [brokenTwice, wire],
  },
  {
    id: 'F-11',
    fault: 'Somebody reads or writes the table of a revision in an open transaction.',
    expected: 'No query waits longer than `lock_timeout`; exit code 31, with the session that is in the way.',
    tests: [test('test/faults/live-queries.test.ts', 'makes no live query wait longer than its lock_timeout')],
  },
  {
    id: 'F-12',
    fault: 'A crash while an index is built concurrently, a violated unique index, and 15 processes that wait.',
    expected: 'No invalid index, and no deadlock.',
    tests: [
      wire,
      together,
      test(specialSteps, 'replaces the invalid index that a crashed build left'),
      test(specialSteps, 'drops the invalid index of a failed build'),
    ],
  },
  {
    id: 'F-15',
    fault: 'The role of the connection has short timeouts.',
    expected: 'They do not apply, or the error names them.',
    tests: [test('core/kernel/test/db/restricted-role.test.ts', 'of 500 ms for %s upgrades')],
  },
  {
    id: 'F-18',
    fault: 'Old code meets a newer schema.',
    expected: 'It boots if the schema is compatible; otherwise exit code 33.',
    tests: [
      model,
      test(ledgerCheck, 'reports additive rows beyond the code as ahead'),
      test(ledgerCheck, 'rejects a database that is ahead by a breaking revision'),
      test(ledgerCheck, 'reports the rows of an inactive plugin as dormant'),
    ],
  },
  {
    id: 'F-20',
    fault:
      'F-01 to F-04 and F-10 behind PgBouncer: in transaction, session and statement mode, with up to 5 connections.',
    expected: 'The same; exit code 22 before the first write in statement mode, and for an index with 1 connection.',
    tests: [
      wire,
      faultyBoots,
      test(pooler, 'an upgrade works in transaction mode'),
      test(pooler, 'is refused before the first write if there is no second connection'),
    ],
  },
  {
    id: 'F-24',
    fault: 'The server lies about locks, or does not roll back DDL.',
    expected: 'Exit code 22 before the first write.',
    tests: [
      test('core/kernel/test/run/lying-server.test.ts', 'about advisory locks is refused before the first write'),
      test('core/kernel/test/run/lying-server.test.ts', 'about transactional DDL is refused before the ledger exists'),
    ],
  },
  {
    id: 'F-26',
    fault: 'A standby, a database that may only be read, or a grant that is missing.',
    expected: 'It boots if nothing is pending; otherwise exit code 21, with the grant.',
    tests: [
      test('test/faults/standby.test.ts', 'boots what is up to date, refuses what is not before it writes'),
      test('core/kernel/test/db/postgres.test.ts', 'accepts a read-only database that is up to date'),
      test('core/kernel/test/db/restricted-role.test.ts', '%s is told so, and no revision is applied'),
    ],
  },
  {
    id: 'F-27',
    fault: 'The disk is full.',
    expected: 'All is rolled back; the operation reaches its goal once there is room.',
    tests: [fullDisk],
  },
  {
    id: 'F-28',
    fault: 'Server processes are terminated or killed, and the server restarts, fast or at once.',
    expected: 'The verdict is true, and the next operation reaches the goal.',
    tests: [serverFaults, faultyBoots],
  },
  {
    id: 'F-30',
    fault: 'Each round trip takes 200 ms; or the connection stalls, or goes silent.',
    expected: 'All limits of time hold.',
    tests: [
      test(
        'core/kernel/test/run/lost-connection.test.ts',
        'F-30: completes within its limits if each round trip takes',
      ),
      silent,
      wire,
    ],
  },
  {
    id: 'F-31',
    fault: 'A revision commits, rolls back, or changes its session.',
    expected: 'The first two are refused. Of the others, later revisions notice nothing.',
    tests: [
      test(specialSteps, 'slips through and the function returns'),
      test('core/kernel/test/run/settings.test.ts', 'a setting that a revision changes on %s'),
      test(isolation, 'with its own temporary tables'),
      test(isolation, 'without the cursors, prepared statements, locks and notifications of an earlier one'),
      test(isolation, 'as the user of the connection'),
      test('core/kernel/test/sql/session-effects.test.ts', 'discard all'),
    ],
  },
  {
    id: 'F-32',
    fault: 'A revision changes what another plugin owns: by itself, in a DO block, in a function.',
    expected: 'Exit code 35 with the object, and all is rolled back.',
    tests: [
      test(foreignEffects, 'is refused in a DO block: %s'),
      test(foreignEffects, 'is refused in a code revision: %s'),
      test('core/kernel/test/run/ownership.test.ts', 'is refused through %s'),
    ],
  },
  {
    id: 'F-34',
    fault: 'An applied revision is edited, deleted, or gets another place.',
    expected: 'Exit code 15, and nothing is written.',
    tests: [test('test/faults/history.test.ts', 'is refused with exit code 15, and nothing is written')],
  },
  {
    id: 'F-35',
    fault: 'Line ends, comments, license headers and formatting change, or TypeScript becomes JavaScript.',
    expected: 'The revision counts as unchanged.',
    tests: [test('test/faults/history.test.ts', '%s are not drift')],
  },
  {
    id: 'F-38',
    fault: 'Processes with fewer or older plugins run beside newer ones, or after them.',
    expected: 'Nothing is dropped, and nothing goes back.',
    tests: [model, rolling],
  },
  {
    id: 'F-42',
    fault: '1,000 boots with nothing to do.',
    expected: 'No write and no transaction id; memory, file descriptors and connections are flat.',
    tests: [test('test/faults/idle-boots.test.ts', 'write nothing, use no transaction id, and leave nothing open')],
  },
  {
    id: 'F-43',
    fault: 'A dump in the middle of an operation is restored elsewhere.',
    expected: 'There the operation reaches the same goal.',
    tests: [
      test('test/faults/server-faults.test.ts', 'is restored elsewhere, where the operation reaches the same state'),
    ],
  },
  {
    id: 'F-45',
    fault: 'A plugin throws, hangs, ends the process, or rejects late.',
    expected: 'The error names the plugin and what it was doing; the exit code is not 0.',
    tests: [
      test(plugins, 'a plugin that fails before the kernel connects'),
      test(plugins, 'a plugin that fails while the application starts or stops'),
      test(plugins, 'a code revision that leaves its function'),
      test(plugins, 'a plugin that fails after the application is ready'),
    ],
  },
  {
    id: 'F-47',
    fault: 'Configs, manifests and all other input with changed, missing, or far too many bytes.',
    expected: 'Always an error with a code, and no secret.',
    tests: [test('test/faults/parsers.test.ts', 'every parser gives a value or an error with a code, and no secret')],
  },
  {
    id: 'F-50',
    fault: 'A second process opens an embedded database, also after the first was killed.',
    expected: 'Exit code 23 while the first lives; no manual step afterwards.',
    tests: [test('test/faults/kill-embedded.test.ts', 'refuses a second process with exit code 23')],
  },
  {
    id: 'F-51',
    fault: 'kill -9 of a process with an embedded database, at any time of an upgrade.',
    expected: 'The next boot converges, and nothing that was acknowledged is lost.',
    tests: [killedEmbedded],
  },
];
