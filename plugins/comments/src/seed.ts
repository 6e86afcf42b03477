import type { Seed, SeededObject } from '@headwater/plugin-core';
import { Database } from '@headwater/kernel/plugin';
import { Comment } from './entities.ts';

/** Ten comments for each object of an example community, half of them replies to other comments. */
export const commentsSeed: Seed = {
  async add({ get, users, objects, random, pick, text }) {
    const { em } = get(Database);
    const roots = [...objects];
    // Some objects get most of the comments.
    const popular = roots.filter(() => random() < 0.25);
    const added: SeededObject[] = [];
    const total = roots.length * 10;
    for (let count = 0; count < total; count += 250) {
      const batch = Array.from({ length: Math.min(250, total - count) }, () => {
        const inReplyTo = added.length > 0 && random() < 0.5 ? pick(added) : pick(random() < 0.7 ? popular : roots);
        const since = Date.now() - inReplyTo.createdAt.getTime();
        const createdAt = new Date(inReplyTo.createdAt.getTime() + since * random() ** 3);
        return em.create(Comment, { author: pick(users), inReplyTo: inReplyTo.id, body: text(), createdAt });
      });
      await em.flush();
      added.push(...batch.map(({ id, author, createdAt }) => ({ id, author: author.id, createdAt })));
      em.clear();
    }
    objects.push(...added);
    return `${total.toLocaleString('en')} comments`;
  },
};
