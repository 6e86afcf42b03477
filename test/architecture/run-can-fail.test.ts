import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
// Below a package whose tests need no kernel to be installed.
const folder = join(root, 'app/test/.can-fail');

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('ends with a failure when a test fails, whatever its server and its hooks do at the exit', () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'fails.test.ts'),
    `import { expect, it } from 'vitest';\nit('fails', () => expect(1).toBe(2));\n`,
  );
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--dir', 'app/test', '.can-fail'];
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, VITEST: '' } });
  expect(run.stdout).toContain('1 failed');
  expect(run.status).toBe(1);
}, 60_000);
