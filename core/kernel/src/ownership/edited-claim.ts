import type { ObjectStates } from '../catalog/object-states.ts';
import { trackedSchema, type TrackedSchema } from '../sql/tracked-schema.ts';
import type { AppliedEffects } from './removed-objects.ts';
import type { RevisionEffects } from './effects-json.ts';
import { applyEffects } from './revision-effects.ts';
import { compareClaim, type StampConflict } from './stamp-claim.ts';
import { proveText } from './static-proof.ts';

/** A revision whose text was edited after it ran. */
interface EditedText {
  readonly id: string;
  readonly plugin: string;
  readonly up: { readonly kind: 'sql'; readonly text: string };
}

/** What an edited text leads to, and the objects that contradict it. */
export interface ComparedEdit {
  readonly effects: RevisionEffects;
  /** Objects of the edited text that do not exist. */
  readonly missing: readonly StampConflict[];
  /** Tables, views and columns of the text that ran that the edited one does not create, and that exist. */
  readonly left: readonly StampConflict[];
}

/**
 * Replays the effects of the applied revisions, with those of an edited text in place of its own, and compares the result
 * with the catalog. Returns `null` if the effects of the edited text cannot be read.
 */
export async function compareEdit(
  applied: readonly AppliedEffects[],
  edited: EditedText,
  states: ObjectStates,
): Promise<ComparedEdit | null> {
  const at = applied.findIndex(({ id }) => id === edited.id);
  const earlier = applied.slice(0, at);
  const author = { id: edited.id, plugin: edited.plugin };
  const context = { schema: replay(earlier), author, knowsAll: true, hidesCode: true };
  const { effects } = await proveText(edited.up.text, context);
  if (effects === null) return null;
  const before = replay(applied).objects;
  const after = replay([...earlier, { ...author, objects: effects }, ...applied.slice(at + 1)]).objects;
  const removed = [...before].flatMap(([key, object]) => (after.has(key) ? [] : [{ object, by: edited.id }]));
  const claim = { objects: after, removed, stamped: new Set([edited.id]), unread: [] };
  return { effects, ...compareClaim(claim, states) };
}

function replay(applied: readonly AppliedEffects[]): TrackedSchema {
  const schema = trackedSchema();
  for (const { id, plugin, objects } of applied) applyEffects(schema, objects, { id, plugin });
  return schema;
}
