import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testApp } from './service-tests.ts';

// Tests the application alone and with every combination of its optional plugins.
const pluginSets = [['.'], ['.', 'likes'], ['.', 'comments'], ['.', 'likes', 'comments']];

describe.each(pluginSets.map((plugins) => ({ plugins })))('the application with $plugins', ({ plugins }) => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins });
  });
  afterAll(() => kernel.stop());

  testApp(() => kernel);
});
