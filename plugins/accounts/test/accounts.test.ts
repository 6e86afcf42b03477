import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testAccounts } from './service-tests.ts';

describe('accounts', () => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ config: { http: { listen: false } } });
  });
  afterAll(() => kernel.stop());

  testAccounts(() => kernel);
});
