import { lookupKey } from './object-key.ts';
import { reservedName } from './statement-effects.ts';
import type { TrackedObject, TrackedObjects } from './tracked-object.ts';

/** The objects of a schema to which statements are being applied. */
export interface TrackedSchema {
  /** The current objects. */
  readonly objects: TrackedObjects;
  /** Whether a relation or a constraint has this name. PostgreSQL never chooses such a name for another object. */
  readonly isNameTaken: (name: string) => boolean;
  /** Adds an object, or replaces the one with the same key. */
  readonly put: (object: TrackedObject) => void;
  readonly remove: (object: TrackedObject) => void;
}

/**
 * Returns a schema that starts with the objects in `before`. Calls `onNew` with each added object, unless it replaces
 * one with the same key.
 */
export function trackedSchema(
  before: TrackedObjects = new Map(),
  onNew?: (object: TrackedObject) => void,
): TrackedSchema {
  const objects = new Map(before);
  // The number of objects with each name. Counted on first use, since most SQL names everything that it creates.
  let names: Map<string, number> | null = null;
  const count = (object: TrackedObject, by: number): void => {
    if (names === null || !reservesName(object)) return;
    const name = reservedName(object);
    names.set(name, (names.get(name) ?? 0) + by);
  };
  const isNameTaken = (name: string): boolean => {
    if (names === null) {
      names = new Map();
      for (const object of objects.values()) count(object, 1);
    }
    return (names.get(name) ?? 0) > 0;
  };
  const remove = (object: TrackedObject): void => {
    const key = lookupKey(object);
    const found = objects.get(key);
    if (found === undefined) return;
    objects.delete(key);
    count(found, -1);
  };
  return {
    objects,
    isNameTaken,
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

function reservesName({ kind }: TrackedObject): boolean {
  return kind === 'table' || kind === 'view' || kind === 'sequence' || kind === 'index' || kind === 'constraint';
}
