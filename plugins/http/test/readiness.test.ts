import { startTestKernel } from '@headwater/dev/testing';
import { Database, Inspection } from '@headwater/kernel/plugin';
import { expect, test } from 'vitest';
import { Http } from '../src/index.ts';
import { openReadiness } from '../src/readiness.ts';
import { ask } from './requests.ts';

test('the server is not ready while a revision is missing that its process was started with', async () => {
  await using kernel = await startTestKernel({ plugins: ['.', 'core'], config: { http: { port: 0 } } });
  const address = kernel.get(Http).address() ?? '';
  const state = async () => {
    const answer = await ask(address, '/readyz');
    return [answer.status, await answer.json()] as const;
  };
  const run = (sql: string) => kernel.run(() => kernel.get(Database).em.execute(sql));
  expect(await state()).toEqual([200, { status: 'ready' }]);
  await run("create table removed as select * from kernel.ledger where slug = '0004_mark_deleted_objects'");
  await run("delete from kernel.ledger where slug = '0004_mark_deleted_objects'");
  expect(await state()).toEqual([503, { status: 'waiting for schema', missing: ['core@0004_mark_deleted_objects'] }]);
  expect((await ask(address, '/healthz')).status).toBe(200);
  await run('insert into kernel.ledger overriding system value select * from removed');
  expect(await state()).toEqual([200, { status: 'ready' }]);
});

test('the server is not ready before every revision of the active plugins is applied', async () => {
  await using kernel = await startTestKernel({ plugins: ['.', 'core'], config: { http: { port: 0 } } });
  const { history } = kernel.get(Inspection);
  // A process that leaves the upgrade to others may start before they have applied this one.
  const next = async () =>
    (await history({ offline: true })).map((one) => ({ ...one, id: `${one.id}_next` })).slice(-1);
  const probe = await openReadiness(kernel.get(Database), {
    history: async (options) => [...(await history(options)), ...(await next())],
  });
  expect(await probe()).toEqual({ status: 'waiting for schema', missing: ['core@0004_mark_deleted_objects_next'] });
});
