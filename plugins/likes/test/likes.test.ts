import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { databaseKinds, testDatabase } from '../../../test/helper/database.ts';
import { Likes } from '../src/index.ts';
import { likesRules, newObject, newUser } from './rules.ts';

describe.each(databaseKinds)('likes on %s', (kind) => {
  const database = testDatabase(kind);
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ database });
  });
  afterAll(() => kernel.stop());

  likesRules(() => kernel);
});

describe('the option perMinute', () => {
  test('says how many likes a user may give within a minute', async () => {
    await using kernel = await startTestKernel({ config: { likes: { perMinute: 1 } } });
    const user = await newUser(kernel);
    const [one, other] = [await newObject(kernel, user), await newObject(kernel, user)];
    const like = (object: number) => kernel.run(() => kernel.get(Likes).like(user, object));
    await expect(like(one)).resolves.toBe(true);
    await expect(like(other)).rejects.toMatchObject({ reason: 'too-many' });
  });

  test.each([0, -1, 1.5, 'many'])('is a positive whole number, not %j', async (perMinute) => {
    await expect(startTestKernel({ config: { likes: { perMinute } } })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      details: { pointer: '/plugins/likes/perMinute' },
    });
  });

  test('is known by its name alone', async () => {
    await expect(startTestKernel({ config: { likes: { perMinutes: 3 } } })).rejects.toMatchObject({
      code: 'CONFIG_KEY_UNKNOWN',
      details: { nearest: 'perMinute' },
    });
  });
});
