import { openTestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

test('a user is a participant of a message at most once', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await database.query("insert into core_user (name) values ('ada'), ('grace')");
  await database.query(`insert into messages_message (sender_id, subject, body) values (1, 'Hello', 'How are you?')`);
  await database.query('insert into messages_participant (message_id, user_id) values (1, 1), (1, 2)');
  const again = database.query('insert into messages_participant (message_id, user_id) values (1, 2)');
  await expect(again).rejects.toThrow('messages_participant_pkey');
});

test('0002_note_when_read marks messages as read if they were sent before a participant last visited', async () => {
  await using database = await openTestDatabase();
  await database.upgrade('core@head', 'messages@0001_create_message');
  await database.query(
    "insert into core_user (name, last_seen_at) values ('ada', '2026-03-02 12:00Z'), ('grace', null)",
  );
  await database.query(`
    insert into messages_message (sender_id, subject, body, sent_at) values
      (2, 'Before', '', '2026-03-01 12:00Z'), (2, 'After', '', '2026-03-03 12:00Z')
  `);
  await database.query('insert into messages_participant (message_id, user_id) values (1, 1), (1, 2), (2, 1), (2, 2)');
  await database.upgrade('messages@0002_note_when_read');
  const read = await database.query('select message_id, user_id from messages_participant where read_at is not null');
  expect(read).toEqual([{ message_id: 1, user_id: 1 }]);
});
