import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { Users, type User } from '../src/index.ts';

/** Returns a random user name. */
export function newName(): string {
  return `user-${randomUUID().slice(0, 8)}`;
}

/** Creates a user with a random name. Call it in a database context. */
export async function newUser({ get }: Pick<TestKernel, 'get'>): Promise<User> {
  return get(Users).create({ name: newName() });
}
