import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runKernel } from '../helper/kernel-process.ts';

it('the committed schema of config.json fits the installed plugins', async () => {
  const done = await runKernel(['config:schema', '--check'], { cwd: join(import.meta.dirname, '../..') });
  expect(done, `${done.stdout}${done.stderr}\nTo regenerate it: npx kernel config:schema`).toMatchObject({ code: 0 });
});
