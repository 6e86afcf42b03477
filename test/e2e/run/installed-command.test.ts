import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { makeApplication, pluginOf } from './history.ts';

const run = promisify(execFile);

it.each([
  ['run-53: an error', `setTimeout(() => { throw new TypeError('an error of the host'); }, 300);`],
  ['a rejection', `setTimeout(() => void Promise.reject(new TypeError('an error of the host')), 300);`],
])('%s of a host that has called main() is the host’s own', async (_, later) => {
  const application = await makeApplication('postgres', { m: pluginOf('create table m_a (n int)') });
  const program = `const { main } = await import('@headwater/kernel/cli');
    await main(['migrate:heads']);
    ${later}`;
  const failure: unknown = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: application.cwd,
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/TypeError: an error of the host\n +at /) as unknown,
  });
  expect(failure).not.toMatchObject({ stderr: expect.stringContaining('INTERNAL') as unknown });
});

it.each(['pg_trgm', 'citext'])('run-54: the extension %s is available on the embedded engine', async (extension) => {
  const m = pluginOf('create table m_a (id int primary key)');
  const application = await makeApplication('pglite', { m });
  application.write('b.sql', `create extension ${extension};`);
  ok(await application.kernel('migrate:create', 'm', '--sql', 'b.sql', '--name', 'b'));
  const verified = await application.kernel('migrate:verify', 'm');
  expect(verified.stdout + verified.stderr).not.toMatch(/not available|EMBEDDED_EXTENSION/);
  ok(await application.kernel('migrate:up'));
  expect(await application.query(`select extname from pg_extension where extname = '${extension}'`)).toEqual([
    { extname: extension },
  ]);
});
