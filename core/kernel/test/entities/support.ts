import { defineEntity } from '@mikro-orm/core';
import { expect } from 'vitest';
import type { EntityClassOf } from '../../src/contract/extend-entity.ts';
import { loadEntities, type Entities } from '../../src/entities/entities.ts';
import type { EntitySource } from '../../src/entities/entity-source.ts';

/** Nobody listens there: what connects fails. */
const nowhere = {
  kind: 'postgres',
  url: 'postgres://nobody@127.0.0.1:1/none',
  directUrl: null,
  shown: 'nowhere',
} as const;

/** Defines an entity as an author does. Its types are not looked at here. */
export function entity(name: string, tableName: string, rest: object): EntityClassOf<object> {
  const schema = defineEntity({ properties: {}, ...rest, name, tableName });
  const made = class extends schema.class {};
  Object.defineProperty(made, 'name', { value: name });
  schema.setClass(made);
  return made;
}

/** What a test says of a plugin; the rest is filled in. */
export type Sketch = Partial<Omit<EntitySource, 'package'>> & { readonly name: string };

/** Loads plugins in the order given; each requires `core`, unless it says something else. */
export function load(...plugins: readonly Sketch[]): Promise<Entities> {
  const sources = plugins.map((sketch) => ({
    requires: sketch.name === 'core' ? [] : ['core'],
    entities: [],
    extend: [],
    ...sketch,
    package: `plugin-${sketch.name}`,
  }));
  return loadEntities(sources, nowhere);
}

/** Loads what must be refused, and gives the refusal. */
export async function refusal(...plugins: readonly Sketch[]): Promise<unknown> {
  let error: unknown = null;
  await load(...plugins).catch((thrown: unknown) => {
    error = thrown;
  });
  expect(error, 'it was loaded').not.toBeNull();
  return error;
}

/** Any text that holds `part`, to match a field with. */
export function holding(part: string): unknown {
  return expect.stringContaining(part);
}
