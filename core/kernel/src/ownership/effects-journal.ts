import { lookupKey } from '../sql/object-key.ts';
import { isTemporary } from '../sql/temporary-objects.ts';
import type { Author } from '../sql/track-statement.ts';
import type { TrackedObject } from '../sql/tracked-object.ts';
import type { TrackedSchema } from '../sql/tracked-schema.ts';
import type { ObjectName, RevisionEffects } from './effects-json.ts';
import { objectName } from './revision-effects.ts';

/** Wraps a schema so that the net effect of the changes made through it is known. */
export function journaledSchema(schema: TrackedSchema): {
  readonly schema: TrackedSchema;
  readonly effects: (author: Author, renamed: RevisionEffects['renamed']) => Omit<RevisionEffects, 'renamed'>;
} {
  const before = new Map<string, TrackedObject | undefined>();
  const note = (object: TrackedObject): void => {
    const key = lookupKey(object);
    if (!before.has(key)) before.set(key, schema.objects.get(key));
  };
  return {
    schema: {
      objects: schema.objects,
      isNameTaken: schema.isNameTaken,
      put(object) {
        note(object);
        schema.put(object);
      },
      remove(object) {
        note(object);
        schema.remove(object);
      },
    },
    effects(author, renamed) {
      const moved = new Set(renamed.map(([from]) => JSON.stringify(from)));
      const tables = new Set(renamed.flatMap(([[, name, table]]) => (table === undefined ? [name] : [])));
      const isMoved = (object: TrackedObject): boolean =>
        moved.has(JSON.stringify(objectName(object))) || (object.table !== null && tables.has(object.table));
      const [created, changed, dropped]: [ObjectName[], ObjectName[], ObjectName[]] = [[], [], []];
      for (const [key, old] of before) {
        const now = schema.objects.get(key);
        const object = now ?? old;
        if (object === undefined || isTemporary(object)) continue;
        const isNew = now?.createdBy === author.id && old?.createdBy !== author.id;
        if (now !== undefined && isNew) created.push(objectName(now));
        if (old !== undefined && (now === undefined || isNew) && !isMoved(old)) dropped.push(objectName(old));
        if (old !== undefined && now !== undefined && !isNew && now.revision === author.id)
          changed.push(objectName(now));
      }
      return { created, changed, dropped };
    },
  };
}
