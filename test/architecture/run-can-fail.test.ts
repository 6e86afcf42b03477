import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
// This package's tests need no installed kernel.
const folder = join(root, 'app/test/.can-fail');

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a test run with a failing test exits with 1, although its server process exits with 0', () => {
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
