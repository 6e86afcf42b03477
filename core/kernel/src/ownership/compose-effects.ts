import { trackedSchema } from '../sql/tracked-schema.ts';
import { lookupKey } from '../sql/object-key.ts';
import type { Author } from '../sql/track-statement.ts';
import { journaledSchema } from './effects-journal.ts';
import type { AppliedEffects } from './removed-objects.ts';
import type { ObjectName, RevisionEffects } from './effects-json.ts';
import { applyEffects, namedBy } from './revision-effects.ts';

/**
 * Returns the net effect of several revisions that run one after another, as if one `author` had made all changes. `before`
 * are the effects of everything that was applied before the first of them.
 */
export function composeEffects(
  before: readonly AppliedEffects[],
  effects: readonly RevisionEffects[],
  author: Author,
): RevisionEffects {
  const schema = trackedSchema();
  for (const { id, plugin, objects } of before) applyEffects(schema, objects, { id, plugin });
  const journal = journaledSchema(schema);
  const renames: { readonly from: ObjectName; to: ObjectName }[] = [];
  for (const one of effects) {
    for (const [from, to] of one.renamed) {
      const earlier = renames.find((rename) => rename.to.join('\0') === from.join('\0'));
      if (earlier !== undefined) earlier.to = to;
      else if (schema.objects.get(lookupKey(namedBy(from)))?.createdBy !== author.id) renames.push({ from, to });
    }
    applyEffects(journal.schema, one, author);
  }
  const renamed = renames.map(({ from, to }) => [from, to] as const);
  const handedOver = effects.flatMap((one) => one.handedOver ?? []);
  return { ...journal.effects(author, renamed), renamed, ...(handedOver.length > 0 && { handedOver }) };
}
