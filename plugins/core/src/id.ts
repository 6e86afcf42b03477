import { Refusal } from './refusal.ts';

/**
 * Refuses an id that is not an integer of PostgreSQL's type `integer`. Values from outside can have any type, and MikroORM
 * would take an object such as `{ $ne: 0 }` as a condition. `name` names the thing in the message: `a message`. Throws a
 * Refusal, `invalid`.
 */
export function assertId(name: string, id: number): void {
  if (Number.isInteger(id) && Math.abs(id) < 2 ** 31) return;
  throw new Refusal('invalid', `the id of ${name} must be an integer`);
}

/** Refuses a list of ids that is not an array, or that has an entry that {@link assertId} refuses. */
export function assertIds(name: string, ids: readonly number[]): void {
  if (!Array.isArray(ids)) throw new Refusal('invalid', `the ids of ${name} must be a list`);
  ids.forEach((id: number) => assertId(name, id));
}
