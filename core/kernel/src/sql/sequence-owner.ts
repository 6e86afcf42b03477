import type { Node } from 'libpg-query';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { nameFromNodes, optionsIn, stringsIn } from './syntax-tree.ts';

/** Reads `owned by` of a sequence: the column whose removal also drops the sequence. */
export function readSequenceOwner(options: readonly Node[] | undefined, draft: EffectsDraft): Partial<SqlObject> {
  for (const { defname, arg } of optionsIn(options)) {
    if (defname !== 'owned_by' || arg === undefined || !('List' in arg)) continue;
    const parts = arg.List.items ?? [];
    if (parts.length < 2) continue;
    const [table, column] = [nameFromNodes(parts.slice(0, -1)), stringsIn(parts).at(-1) ?? ''];
    draft.needs.push(schemaObject('table', table), tablePart('column', table, column));
    return { table, ownedBy: column };
  }
  return {};
}
