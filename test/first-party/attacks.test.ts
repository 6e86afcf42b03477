import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { databaseKinds, testDatabase } from '../helper/database.ts';
import { testAttacks } from './attack-tests.ts';

const config = { http: { port: 0 }, accounts: { signUpsPerHour: 1000, signInsPerMinute: 12 } };
const plugins = ['./app', 'likes', 'comments', 'messages', 'moderation', 'accounts', 'site', 'http'];

describe.each(databaseKinds)('the site on %s', (kind) => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins, config, database: testDatabase(kind) });
  });
  afterAll(() => kernel.stop());

  testAttacks(() => kernel);
});
