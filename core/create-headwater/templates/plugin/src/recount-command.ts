import type { CommandContext, CommandReply } from '@headwater/kernel/plugin';
import { Notes } from './notes.ts';

/** `kernel my-plugin:recount`. Corrects every number that is wrong, for example after a manual import. */
export async function run({ get }: CommandContext): Promise<CommandReply> {
  const corrected = await get(Notes).recount();
  return { text: `${corrected} ${corrected === 1 ? 'number was' : 'numbers were'} corrected.`, data: { corrected } };
}
