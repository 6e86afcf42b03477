import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testModeration } from './service-tests.ts';

describe('moderation', () => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ config: { http: { listen: false } } });
  });
  afterAll(() => kernel.stop());

  testModeration(() => kernel);
});
