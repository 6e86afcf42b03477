import { startTestKernel } from '@headwater/dev/testing';
import { expect, test } from 'vitest';
import { Accounts, Sessions } from '../src/index.ts';
import { run } from '../src/role-command.ts';

test('accounts:role sets the role of a user with an account', async () => {
  await using kernel = await startTestKernel({ config: { http: { listen: false } } });
  const { get } = kernel;
  const call = (...operands: readonly string[]) =>
    kernel.run(() => run({ get, log: silent, operands, values: {}, signal: new AbortController().signal }));
  const { id } = await kernel.run(() => get(Accounts).create({ name: 'ada', password: 'correct horse battery' }));
  const sessionToken = await kernel.run(() => get(Sessions).begin(id));
  expect(await call('ada', 'admin')).toEqual({ text: 'ada has the role admin.', data: { name: 'ada', role: 'admin' } });
  expect(await kernel.run(() => get(Sessions).userOf(sessionToken))).toMatchObject({ role: 'admin' });
  await expect(call('ada', 'owner')).rejects.toThrow('the role must be one of member, moderator, admin, not "owner"');
  await expect(call('grace', 'admin')).rejects.toMatchObject({ reason: 'missing' });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
