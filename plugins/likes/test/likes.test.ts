import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testLikes } from './service-tests.ts';

// Boots this package and the plugins that it requires, on a database in memory.
describe('the service Likes', () => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel();
  });
  afterAll(() => kernel.stop());

  testLikes(() => kernel);
});
