import type { DefElem, Node, RangeVar } from 'libpg-query';
import { standing, within, type Draft } from './statement-effects.ts';
import { nameOf, relationName, stringsIn } from './qualified-name.ts';
import type { SqlObject } from './sql-object.ts';

/** Notes a relation that has to be there, and gives its name. */
export function needed(relation: RangeVar | undefined, draft: Draft, kind: SqlObject['kind'] = 'table'): string {
  const name = relation === undefined ? '' : relationName(relation);
  draft.needs.push(standing(kind, name));
  return name;
}

/** The names of relations in a list. */
export function relationsIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [relationName(node.RangeVar)] : []));
}

/** The column that a sequence goes with, by `owned by`. */
export function ownerIn(options: readonly Node[] | undefined, draft: Draft): Partial<SqlObject> {
  for (const { defname, arg } of elements(options)) {
    if (defname !== 'owned_by' || arg === undefined || !('List' in arg)) continue;
    const parts = arg.List.items ?? [];
    if (parts.length < 2) continue;
    const [table, column] = [nameOf(parts.slice(0, -1)), stringsIn(parts).at(-1) ?? ''];
    draft.needs.push(standing('table', table), within('column', table, column));
    return { table, ownedBy: column };
  }
  return {};
}

/** The options in a list. */
export function elements(options: readonly Node[] | undefined): readonly DefElem[] {
  return (options ?? []).flatMap((option) => ('DefElem' in option ? [option.DefElem] : []));
}

/** The values of those options that bear one of these names. */
export function optionValues(options: readonly Node[] | undefined, names: readonly string[]): readonly Node[] {
  return elements(options).flatMap(({ defname = '', arg }) =>
    arg !== undefined && names.includes(defname) ? [arg] : [],
  );
}
