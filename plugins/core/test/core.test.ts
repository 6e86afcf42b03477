import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testListeners } from './listener-tests.ts';
import { testCore } from './service-tests.ts';

describe('core', () => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel();
  });
  afterAll(() => kernel.stop());

  testCore(() => kernel);
  testListeners(() => kernel);
});
