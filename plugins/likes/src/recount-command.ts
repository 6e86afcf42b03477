import { sql } from '@mikro-orm/core';
import { Database, type CommandContext, type CommandReply } from '@headwater/kernel/plugin';

/**
 * `kernel likes:recount`. Corrects every count that differs from the number of likes, for example after a manual
 * import.
 */
export async function run({ get }: CommandContext): Promise<CommandReply> {
  const corrected = await get(Database).transactional(async (em) => {
    // Blocks new likes, since writing a count that was taken before a like would undo the increment of that like.
    await em.execute(sql`lock table likes_like in share row exclusive mode`);
    return recount(em);
  });
  return { text: `${corrected} ${corrected === 1 ? 'count was' : 'counts were'} corrected.`, data: { corrected } };
}

/** Corrects wrong counts in the current transaction, and returns their number. */
export async function recount(em: Database['em']): Promise<number> {
  const corrected = await em.execute<unknown[]>(sql`
    update core_object set likes_count = counted.likes
      from (
        select core_object.id, count(likes_like.id)::int as likes
          from core_object left join likes_like on likes_like.object_id = core_object.id group by core_object.id
      ) as counted
      where core_object.id = counted.id and core_object.likes_count <> counted.likes
      returning core_object.id
  `);
  return corrected.length;
}
