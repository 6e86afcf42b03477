import { startTestKernel } from '@headwater/dev/testing';
import { Database } from '@headwater/kernel/plugin';
import { expect, test } from 'vitest';
import { Http } from '../src/index.ts';
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
});
