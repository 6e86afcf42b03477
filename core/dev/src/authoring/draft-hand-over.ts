import { isPluginName } from '@headwater/kernel/internal/graph';
import { schemaHistory } from '@headwater/kernel/internal/ownership';
import { handOverLine, parseHandOver } from '@headwater/kernel/internal/sql';
import { devError } from '../error/dev-codes.ts';
import type { Draft, DraftContext } from './draft.ts';
import { draftFromSql } from './draft-from-sql.ts';
import { closureOf, subsetOf } from './plugin-subset.ts';

/** The kinds of objects that can be handed over. A name with a dot may be a table in a schema, or a column. */
const kinds = ['table', 'view', 'type', 'column'] as const;

/**
 * Drafts a revision that makes the plugin `to` the owner of an object, and proves it like any other. `written` is a table, a
 * view, a type or a column, as in `core_tag` or `core_object.likes_count`. Throws HAND_OVER_REFUSED and the errors of
 * {@link draftFromSql}.
 */
export async function draftHandOver(context: DraftContext, written: string, to: string): Promise<Draft> {
  const { set, plugin } = context;
  const refused = (reason: string): Error =>
    devError('HAND_OVER_REFUSED', { plugin: plugin.name, object: written, to, reason });
  if (!isPluginName(to)) throw refused(`"${to}" is not the name of a plugin`);
  if (to === plugin.name) throw refused('the plugin is the same');
  const history = await schemaHistory(subsetOf(set, closureOf(set, plugin.name)).revisions);
  const found = kinds.flatMap((kind) => {
    const line = handOverLine(kind, written, to);
    const wanted = parseHandOver(line)?.object;
    const object = wanted === undefined ? null : history.find(wanted);
    return object === null || object.kind !== kind ? [] : [{ line, object }];
  });
  const [first] = found;
  if (first === undefined) throw refused('no revision of the plugin and of those that it requires visibly creates it');
  const { line, object } = first;
  if (object.plugin !== plugin.name) throw refused(`it belongs to "${object.plugin}"`);
  const down = '-- Once the row of this revision is gone, the owner is the one before.';
  return draftFromSql(context, `hand over ${written}`, line, down);
}
