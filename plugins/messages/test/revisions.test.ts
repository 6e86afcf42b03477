import { expect, test } from 'vitest';
import { testRevisions, writtenByCore } from '../../../test/helper/revision-rules.ts';

const { database, upTo, apply } = await testRevisions('messages', 'plugins/messages/src/migrations');

test('a user takes part in a message once', async () => {
  await upTo('heads');
  await database().exec(writtenByCore);
  await database().exec(`insert into messages_message (sender_id, subject, body) values (1, 'Hello', 'How are you?')`);
  await database().exec('insert into messages_participant (message_id, user_id) values (1, 1), (1, 2)');
  await expect(database().exec('insert into messages_participant (message_id, user_id) values (1, 2)')).rejects.toThrow(
    'messages_participant_pkey',
  );
});

test('messages sent before a participant was last seen count as read then', async () => {
  await upTo(['core@head', 'messages@0001_create_message']);
  await database().exec(`
    insert into core_user (name, last_seen_at) values ('ada', '2026-03-02 12:00Z'), ('grace', null);
    insert into messages_message (sender_id, subject, body, sent_at) values
      (2, 'Before', '', '2026-03-01 12:00Z'), (2, 'After', '', '2026-03-03 12:00Z');
    insert into messages_participant (message_id, user_id) values (1, 1), (1, 2), (2, 1), (2, 2);
  `);
  await apply('messages@0002_note_when_read');
  const { rows } = await database().query(
    'select message_id, user_id from messages_participant where read_at is not null',
  );
  expect(rows).toEqual([{ message_id: 1, user_id: 1 }]);
});
