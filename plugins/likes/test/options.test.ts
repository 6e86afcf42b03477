import { startTestKernel } from '@headwater/dev/testing';
import { describe, expect, test } from 'vitest';
import { Likes } from '../src/index.ts';
import { newObject, newUser } from './content.ts';

describe('the option perMinute', () => {
  test('limits how many objects a user may like per minute', async () => {
    await using kernel = await startTestKernel({ config: { likes: { perMinute: 1 } } });
    const user = await newUser(kernel);
    const [one, other] = [await newObject(kernel, user), await newObject(kernel, user)];
    const like = (object: number) => kernel.run(() => kernel.get(Likes).like(user, object));
    await expect(like(one)).resolves.toBe(true);
    await expect(like(other)).rejects.toMatchObject({ reason: 'too-many' });
  });

  test.each([0, -1, 1.5, 'many'])('must be a positive integer, not %j', async (perMinute) => {
    await expect(startTestKernel({ config: { likes: { perMinute } } })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      details: { pointer: '/plugins/likes/perMinute' },
    });
  });

  test('is suggested for a misspelled option', async () => {
    await expect(startTestKernel({ config: { likes: { perMinutes: 3 } } })).rejects.toMatchObject({
      code: 'CONFIG_KEY_UNKNOWN',
      details: { nearest: 'perMinute' },
    });
  });
});
