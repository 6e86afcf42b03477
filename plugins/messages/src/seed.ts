import type { Seed } from '@headwater/plugin-core';
import { Database } from '@headwater/kernel/plugin';
import { Message, Participant } from './entities.ts';

/** Five messages for each user of an example community, from others with whom the user has a conversation. */
export const messagesSeed: Seed = {
  async add({ get, users, random, pick, text }) {
    const { em } = get(Database);
    for (const [i, user] of users.entries()) {
      for (let count = 0; count < 5; count++) {
        const sender = users[(i + (random() < 0.5 ? 1 : users.length - 1)) % users.length] ?? user;
        const sentAt = new Date(Date.now() - random() * 20 * 86_400_000);
        const subject = pick(['Your story', 'A question', 'Thank you', 'Next week']);
        const message = em.create(Message, { sender, subject, body: text(), sentAt });
        em.create(Participant, { message, user: sender, readAt: sentAt });
        em.create(Participant, { message, user, readAt: random() < 0.8 ? sentAt : null });
      }
    }
    await em.flush();
    return `${users.length * 5} messages`;
  },
};
