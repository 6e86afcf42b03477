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

/** A promise to users, and the tests that can break it. */
export interface KernelPromise {
  readonly title: string;
  readonly tests: readonly PromiseTest[];
}

/** The promises, in the order in which `docs/promises.md` numbers them. */
export const promises: readonly KernelPromise[] = [
  {
    title: 'Any number of processes may boot at once. Every revision takes effect exactly once.',
    tests: [together, killed, wire, faultyBoots],
  },
  {
    title:
      'Kill any of them at any instant. The next boot converges without a manual step, a dirty flag or a stuck lock.',
    tests: [killed, killedEmbedded, wire, faultyBoots, silent, model, fullDisk],
  },
  {
    title: 'It works through PgBouncer in transaction mode. If it cannot work, it says so before it writes.',
    tests: [
      wire,
      test('core/kernel/test/run/pooler.test.ts', 'an upgrade works in transaction mode'),
      test('core/kernel/test/run/pooler.test.ts', 'is refused before the first write if there is no second connection'),
      test('core/kernel/test/run/pooler.test.ts', 'nothing stays in a server process in %s mode'),
      test('core/kernel/test/run/lying-server.test.ts', 'about advisory locks is refused before the first write'),
    ],
  },
  {
    title: 'A connection that is lost at COMMIT is never reported with the wrong outcome.',
    tests: [brokenTwice, silent, wire, faultyBoots],
  },
  {
    title: 'Absence never destroys: no data is lost when a plugin is removed, disabled or forgotten.',
    tests: [
      model,
      test('test/first-party/subsets.test.ts', 'every set of plugins on the same data'),
      test('core/kernel/test/plan/ledger-check.test.ts', 'reports the rows of an inactive plugin as dormant'),
    ],
  },
  {
    title: 'History is tamper-evident, and a cosmetic edit is not drift.',
    tests: [
      test('test/faults/history.test.ts', 'is refused with exit code 15, and nothing is written'),
      test('test/faults/history.test.ts', '%s are not drift'),
    ],
  },
  {
    title: 'A revision that touches objects of another plugin is refused or rolled back, and the object is named.',
    tests: [
      test('core/kernel/test/run/ownership.test.ts', 'is refused through %s'),
      test('core/kernel/test/run/foreign-effects.test.ts', 'is refused in a DO block: %s'),
      test('core/kernel/test/run/foreign-effects.test.ts', 'is refused in a code revision: %s'),
    ],
  },
  {
    title:
      'Old code that meets a newer schema boots if it is compatible, and otherwise refuses with its own exit code.',
    tests: [
      model,
      test('core/kernel/test/plan/ledger-check.test.ts', 'rejects a database that is ahead by a breaking revision'),
      test('core/kernel/test/plan/ledger-check.test.ts', 'reports additive rows beyond the code as ahead'),
    ],
  },
  {
    title: 'Live queries never wait longer than `lock_timeout` for DDL of the kernel.',
    tests: [test('test/faults/live-queries.test.ts', 'makes no live query wait longer than its lock_timeout')],
  },
  {
    title: 'The same input gives the same plan everywhere, byte for byte.',
    tests: [
      test('core/kernel/test/plan/properties.test.ts', 'every upgrade'),
      test('core/kernel/test/graph/properties.test.ts', 'the order of a graph'),
    ],
  },
  {
    title: 'Every refusal says where, why and how to fix it, and exits with a documented code. No secret is printed.',
    tests: [
      test('test/architecture/error-catalogue.test.ts', 'code'),
      test('core/kernel/test/cli/secrets.test.ts', 'appears in no output of any command if the URL is correct'),
      test('test/faults/parsers.test.ts', 'every parser gives a value or an error with a code, and no secret'),
    ],
  },
  {
    title:
      'An embedded database belongs to one process and survives kill -9. Durability on power loss is not promised.',
    tests: [killedEmbedded, test('test/faults/kill-embedded.test.ts', 'refuses a second process with exit code 23')],
  },
];
