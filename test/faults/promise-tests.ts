// The tests that more than one promise, fault or finding names.

/** A test of a promise, or of a fault. */
export interface PromiseTest {
  /** Its file, from the root of the repository. */
  readonly file: string;
  /** A part of the file that names the test. */
  readonly name: string;
}

/** Names a test. `file` begins at the root of the repository, and `name` is a part of it. */
export const test = (file: string, name: string): PromiseTest => ({ file, name });

export const wire = test(
  'test/faults/wire.test.ts',
  'answers truly, leaves nothing behind, and the next operation reaches the goal',
);
export const faultyBoots = test(
  'test/faults/faulty-boots.test.ts',
  'answer truly, leave nothing behind, and the next boot converges',
);
export const model = test('test/faults/model.test.ts', 'every command and crash leaves what the model says: %s');
export const fullDisk = test(
  'test/faults/full-disk.test.ts',
  '%s: is rolled back, says so, and reaches its goal once there is room',
);
export const killed = test('test/faults/kill-server.test.ts', 'converges at the next boot');
export const together = test(
  'test/faults/many-boots.test.ts',
  '%i processes exit with 0, and every revision takes effect once',
);
export const killedEmbedded = test(
  'test/faults/kill-embedded.test.ts',
  'converges at the next boot, and loses no acknowledged revision',
);
export const brokenTwice = test(
  'core/kernel/test/run/lost-connection.test.ts',
  'reports what the database contains, for every moment on the wire',
);
export const silent = test(
  'core/kernel/test/run/lost-connection.test.ts',
  'ends within its limits at every moment on the wire',
);
