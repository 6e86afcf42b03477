import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { ContentObject, Objects, Users } from '@headwater/plugin-core';

/** Creates a user with a random name and returns the id. */
export async function newUser({ get, run }: Pick<TestKernel, 'get' | 'run'>): Promise<number> {
  return (await run(() => get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` }))).id;
}

/** Publishes an object and returns the id. */
export async function newObject({ get, run }: Pick<TestKernel, 'get' | 'run'>, author: number): Promise<number> {
  return (await run(() => get(Objects).publish(ContentObject, { author }))).id;
}
