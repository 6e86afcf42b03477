import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { databaseKinds, testDatabase } from '../../../test/helper/database.ts';

const run = promisify(execFile);

it.each(databaseKinds)('the template of a plugin passes its own tests on %s', async (kind) => {
  // With this variable the inner runner would report to the outer one and print nothing.
  const { NODE_TEST_CONTEXT: _, ...own } = process.env;
  const { stdout } = await run(process.execPath, ['--conditions=headwater-source', '--test', '--test-reporter=tap'], {
    cwd: join(import.meta.dirname, '../templates/plugin'),
    env: { ...own, NO_COLOR: '1', HEADWATER_TEST_DATABASE: testDatabase(kind) },
  });
  expect(stdout).toMatch(/^# pass 6$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
});
