import { afterAll, beforeAll, describe } from 'vitest';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { databaseKinds, testDatabase } from '../../test/helper/database.ts';
import { appRules } from './rules.ts';

const sets = [['.'], ['.', 'likes'], ['.', 'comments'], ['.', 'likes', 'comments']];

describe.each(databaseKinds)('the application on %s', (kind) => {
  const database = testDatabase(kind);

  describe.each(sets.map((plugins) => ({ plugins })))('with $plugins', ({ plugins }) => {
    let kernel: TestKernel;
    beforeAll(async () => {
      kernel = await startTestKernel({ plugins, database });
    });
    afterAll(() => kernel.stop());

    appRules(() => kernel);
  });
});
