import { Refusal, Seeds, User, type SeedContext, type SeededObject } from '@headwater/plugin-core';
import { Database, type CommandContext, type CommandReply } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';
import { seedNames, seedText, seedTitle, seedUrl, seededRandom } from './seed-text.ts';

/** The age of the oldest story in days. */
const oldest = 60;

/** `kernel app:seed`. Everything is added in one transaction, so a second run after a failure begins from nothing. */
export async function run({ get, values }: CommandContext): Promise<CommandReply> {
  const stories = Number(values['stories'] ?? 500);
  if (!Number.isInteger(stories) || stories < 1) throw new Error('--stories must be a positive integer');
  const parts = await get(Database).transactional(async (em) => {
    const [existing] = await em.find(User, { name: { $in: seedNames } }, { limit: 1 });
    if (existing !== undefined) throw new Refusal('taken', 'the example community is there already');
    const random = seededRandom(1);
    const pick: SeedContext['pick'] = (from) => {
      const value = from[Math.floor(random() * from.length)];
      if (value === undefined) throw new Error('there is nothing to pick from');
      return value;
    };
    const users = seedNames.map((name) => em.create(User, { name, createdAt: daysAgo(oldest + 1) }));
    await em.flush();
    const objects: SeededObject[] = [];
    for (let count = 0; count < stories; count += 250) {
      const batch = Array.from({ length: Math.min(250, stories - count) }, () => {
        const url = random() < 0.85 ? seedUrl(pick) : null;
        const createdAt = daysAgo(oldest * random() ** 2);
        return em.create(Story, { author: pick(users), title: seedTitle(pick, url === null), url, createdAt });
      });
      await em.flush();
      objects.push(...batch.map(({ id, author, createdAt }) => ({ id, author: author.id, createdAt })));
    }
    const context = {
      get,
      users: users.map(({ id }) => id),
      objects,
      random,
      pick,
      text: () => seedText(pick, random),
    };
    em.clear();
    const added: string[] = [`${users.length} users`, `${stories} stories`];
    for (const { item } of get.all(Seeds)) added.push(await item.add(context));
    return added;
  });
  return { text: `Added ${parts.join(', ')}.`, data: { added: parts } };
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}
