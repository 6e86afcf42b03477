import { nameTakenBy } from '../sql/statement-effects.ts';
import type { TrackedObject, TrackedObjects } from './tracked-object.ts';
import { lookupKey } from '../sql/sql-object.ts';

/** What is there while statements are followed. */
export interface TrackedSchema {
  /** Always as it is now. */
  readonly objects: TrackedObjects;
  /** Whether a relation or a constraint has a name, which PostgreSQL then gives to no other by itself. */
  readonly isNamed: (name: string) => boolean;
  /** Puts an object there, in place of what has its identity. */
  readonly put: (object: TrackedObject) => void;
  readonly remove: (object: TrackedObject) => void;
}

/**
 * A schema that begins with what is there `before`. `onNew` is told of what gets there under an identity that nothing had.
 */
export function trackedSchema(before: TrackedObjects = new Map(), onNew?: (object: TrackedObject) => void): TrackedSchema {
  const objects = new Map(before);
  // How many have a name. Made when it is first asked for: most SQL names all that it makes.
  let names: Map<string, number> | null = null;
  const count = (object: TrackedObject, by: number): void => {
    if (names === null || !hasName(object)) return;
    const name = nameTakenBy(object);
    names.set(name, (names.get(name) ?? 0) + by);
  };
  const isNamed = (name: string): boolean => {
    if (names === null) {
      names = new Map();
      for (const object of objects.values()) count(object, 1);
    }
    return (names.get(name) ?? 0) > 0;
  };
  const remove = (object: TrackedObject): void => {
    const identity = lookupKey(object);
    const found = objects.get(identity);
    if (found === undefined) return;
    objects.delete(identity);
    count(found, -1);
  };
  return {
    objects,
    isNamed,
    put(object) {
      const isNew = !objects.has(lookupKey(object));
      if (!isNew) remove(object);
      objects.set(lookupKey(object), Object.freeze(object));
      count(object, 1);
      if (isNew) onNew?.(object);
    },
    remove,
  };
}

function hasName({ kind }: TrackedObject): boolean {
  return kind === 'table' || kind === 'view' || kind === 'sequence' || kind === 'index' || kind === 'constraint';
}
