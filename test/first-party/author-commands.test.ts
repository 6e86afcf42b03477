import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runKernel } from '../helper/kernel-process.ts';

const workspace = join(import.meta.dirname, '../..');

// The commands that a plugin author runs in continuous integration, for all plugins of this workspace.
it.concurrent.each([
  [
    'migrate:check',
    'Entities and revisions agree: core, app, comments, http, likes, messages, site, studio, accounts, moderation.',
  ],
  ['migrate:verify', 'of core, app, comments, http, likes, messages, site, studio, accounts, moderation.'],
])(
  'kernel %s accepts the first-party plugins',
  async (command, output) => {
    const done = await runKernel([command], { cwd: workspace });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toContain(output);
  },
  120_000,
);

it('kernel migrate:lint finds no problems in the revisions of the first-party plugins', async () => {
  const done = await runKernel(['migrate:lint', '--all', '--strict'], { cwd: workspace });
  expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
});
