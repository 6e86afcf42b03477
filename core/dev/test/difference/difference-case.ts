import { p } from '@mikro-orm/core';
import { entity, type Sketch } from '../../../kernel/test/entities/support.ts';
import type { RoundTripOptions } from './round-trip.ts';

/** A test case: the entities of a plugin before and after a change. */
export interface DifferenceCase extends RoundTripOptions {
  readonly name: string;
  readonly before: readonly Sketch[];
  readonly after: readonly Sketch[];
}

/** A serial primary key. */
export const id = p.integer().primary();

/** Returns a plugin with these entities. */
export function shop(...entities: readonly ReturnType<typeof entity>[]): readonly Sketch[] {
  return [{ name: 'core', entities }];
}

/** Returns an entity with an ID and these properties. */
export function thing(properties: object, rest: object = {}): ReturnType<typeof entity> {
  return entity('Thing', 'shop_thing', { properties: { id, ...properties }, ...rest });
}

/** Returns a plugin whose only entity has these properties. */
export function things(properties: object, rest: object = {}): readonly Sketch[] {
  return shop(thing(properties, rest));
}

/** Returns a case in which the properties of one entity change. */
export function changed(name: string, before: object, after: object, options: RoundTripOptions = {}): DifferenceCase {
  return { name, before: things(before), after: things(after), ...options };
}

/** Returns a case in which other fields of one entity change. */
export function altered(name: string, properties: object, before: object, after: object): DifferenceCase {
  return { name, before: things(properties, before), after: things(properties, after) };
}

/** Returns two entities, the second of which references the first. */
export function related(
  properties: (other: ReturnType<typeof entity>) => object,
  key: object = { id },
): readonly Sketch[] {
  const maker = entity('Maker', 'shop_maker', { properties: key });
  return shop(maker, thing(properties(maker)));
}

/** A property with the native enum `shop_mood`. */
export const mood = (...items: readonly string[]) => p.enum([...items]).nativeEnumName('shop_mood');
/** Two plain properties. */
export const some = { name: p.string().length(64), price: p.integer() };
