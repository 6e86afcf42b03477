import { defineEntity } from '@mikro-orm/core';
import { expect } from 'vitest';
import type { EntityClassOf } from '../../src/contract/extend-entity.ts';
import { loadEntities, type Entities } from '../../src/entities/load-entities.ts';
import type { PluginEntities } from '../../src/entities/plugin-entities.ts';

/** A target on which nothing listens, so that connecting fails. */
const nowhere = {
  kind: 'postgres',
  url: 'postgres://nobody@127.0.0.1:1/none',
  directUrl: null,
  shown: 'nowhere',
} as const;

/** Defines an entity as an author would, but untyped. */
export function entity(name: string, tableName: string, rest: object): EntityClassOf<object> {
  const schema = defineEntity({ properties: {}, ...rest, name, tableName });
  const made = class extends schema.class {};
  Object.defineProperty(made, 'name', { value: name });
  schema.setClass(made);
  return made;
}

/** The fields of a plugin that a test specifies. The others have defaults. */
export type Sketch = Partial<Omit<PluginEntities, 'package'>> & { readonly name: string };

/** Loads plugins in the given order. Each plugin requires `core` by default. */
export function load(...plugins: readonly Sketch[]): Promise<Entities> {
  const complete = plugins.map((sketch) => ({
    requires: sketch.name === 'core' ? [] : ['core'],
    entities: [],
    extend: [],
    metadataProvider: null,
    ...sketch,
    package: `plugin-${sketch.name}`,
  }));
  return loadEntities(complete, nowhere);
}

/** Loads plugins that must be rejected, and returns the error. */
export async function refusal(...plugins: readonly Sketch[]): Promise<unknown> {
  let error: unknown = null;
  await load(...plugins).catch((thrown: unknown) => {
    error = thrown;
  });
  expect(error, 'the plugins were loaded').not.toBeNull();
  return error;
}

/** Matches any text that contains `part`. */
export function holding(part: string): unknown {
  return expect.stringContaining(part);
}
