import { openTestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

test('two users cannot share a form of their names', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await database.query("insert into core_user (name) values ('ada'), ('ADA')");
  await database.query("insert into accounts_name_key (key, user_id) values ('ada', 1)");
  const again = database.query("insert into accounts_name_key (key, user_id) values ('ada', 2)");
  await expect(again).rejects.toThrow('accounts_name_key_pkey');
});
