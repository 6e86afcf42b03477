import type { CommandContext, CommandReply } from '@headwater/kernel/plugin';
import { Users } from '@headwater/plugin-core';
import { Accounts } from './accounts.ts';
import { isRole, roles } from './permissions.ts';

/** `kernel accounts:role`. */
export async function run({ get, operands: [name = '', role = ''] }: CommandContext): Promise<CommandReply> {
  if (!isRole(role)) throw new Error(`the role must be one of ${roles.join(', ')}, not "${role}"`);
  const { id } = await get(Users).byName(name);
  await get(Accounts).setRole(id, role);
  return { text: `${name} has the role ${role}.`, data: { name, role } };
}
