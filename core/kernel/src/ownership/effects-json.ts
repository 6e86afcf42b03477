/** The kind and the name of an object, and the table that contains it: `["column", "likes_count", "core_object"]`. */
export type ObjectName = readonly [kind: string, name: string, table?: string];

/**
 * The objects that one revision creates, changes, drops and renames: its net effect. It is stored in the ledger and, for
 * a proven revision, in the manifest.
 */
export interface RevisionEffects {
  readonly created: readonly ObjectName[];
  readonly changed: readonly ObjectName[];
  readonly dropped: readonly ObjectName[];
  /** Pairs of the old and the new name. The parts of a renamed table are not listed. */
  readonly renamed: readonly (readonly [from: ObjectName, to: ObjectName])[];
  /** Objects of which another plugin becomes the owner. The parts of a table are not listed. Default: none. */
  readonly handedOver?: readonly (readonly [object: ObjectName, to: string])[];
}

/** Parses the JSON of effects, which is from a manifest that was checked, or from this process. */
export function parseEffects(json: string): RevisionEffects {
  return JSON.parse(json) as RevisionEffects;
}

/** Whether a text is the JSON of effects. */
export function isEffectsJson(text: string): boolean {
  const isName = (name: unknown): boolean =>
    Array.isArray(name) && (name.length === 2 || name.length === 3) && name.every((part) => typeof part === 'string');
  try {
    const json: unknown = JSON.parse(text);
    const {
      created,
      changed,
      dropped,
      renamed,
      handedOver = [],
    } = (json ?? {}) as Partial<Record<keyof RevisionEffects, unknown>>;
    return (
      [created, changed, dropped].every((names) => Array.isArray(names) && names.every(isName)) &&
      Array.isArray(renamed) &&
      renamed.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isName)) &&
      Array.isArray(handedOver) &&
      handedOver.every((pair) => Array.isArray(pair) && isName(pair[0]) && typeof pair[1] === 'string')
    );
  } catch {
    return false;
  }
}
