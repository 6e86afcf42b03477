import type { Seed } from '@headwater/plugin-core';
import { Database } from '@headwater/kernel/plugin';
import { Like } from './entities.ts';
import { recount } from './recount-command.ts';

/** Likes for the objects of an example community: few for most, many for some. */
export const likesSeed: Seed = {
  async add({ get, users, objects, random }) {
    const { em } = get(Database);
    const likes = objects.flatMap(({ id: object, createdAt }) => {
      const share = random() ** 4 * 0.6;
      return users.flatMap((user) => (random() < share ? [{ user, object, createdAt }] : []));
    });
    for (let i = 0; i < likes.length; i += 1000) await em.insertMany(Like, likes.slice(i, i + 1000));
    await recount(em);
    return `${likes.length.toLocaleString('en')} likes`;
  },
};
