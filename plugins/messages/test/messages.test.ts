import { afterAll, beforeAll, describe } from 'vitest';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { databaseKinds, testDatabase } from '../../../test/helper/database.ts';
import { messagesRules } from './rules.ts';

describe.each(databaseKinds)('messages on %s', (kind) => {
  const database = testDatabase(kind);
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ database });
  });
  afterAll(() => kernel.stop());

  messagesRules(() => kernel);
});
