import {
  changedObjectKey,
  changedTable,
  changeKey,
  columnKey,
  type Change,
  type ChangeOf,
} from '../difference/change.ts';

/**
 * Returns the changes that SQL made although the plan does not contain them. `made` is the difference that the SQL left
 * behind. The SQL may drop what PostgreSQL drops along with a planned drop. PostgreSQL may also print an expression
 * differently once the type of a column in it has changed.
 */
export function unplannedChanges(planned: readonly Change[], made: readonly Change[]): readonly Change[] {
  const byKey = new Map(planned.flatMap((change) => keysOf(change).map((key) => [key, change])));
  const added = new Set(planned.filter(({ kind }) => /^(?:add|create|define|rename)/.test(kind)).map(changedObjectKey));
  const altered = planned.filter((change) => change.kind === 'alter column');
  const addedTables = new Set(planned.flatMap((change) => (change.kind === 'create table' ? [change.table.name] : [])));
  const dropped = new Set(planned.flatMap(droppedNames));
  const isPlannedSetting = (change: ChangeOf<'setting'>): boolean => {
    const { object, name, before, after } = change;
    const plan = byKey.get(changeKey(change));
    if (plan?.kind === 'setting' && plan.after?.set === after?.set) return true;
    if (added.has(changedObjectKey(change)) || addedTables.has(changedTable(change) ?? '')) return true;
    const isRestored = before !== null && after !== null;
    if (isRestored && byKey.get(changedObjectKey(change))?.kind === 'redefine') return true;
    return altered.some((column) =>
      // The column may have lost its sequence.
      object.kind === 'column'
        ? columnKey(column.on, column.after.name) === changedObjectKey(change) && name.includes('sequence')
        : column.on === changedTable(change) && isRestored,
    );
  };
  return made.filter((change) => {
    if (change.kind === 'setting') return !isPlannedSetting(change);
    if (byKey.has(changeKey(change))) return false;
    if (change.kind === 'undefine') return !change.definition.uses.some((name) => dropped.has(name));
    const columns = 'constraint' in change ? change.constraint.columns : 'index' in change ? change.index.covers : [];
    return !altered.some(({ on, after }) => on === changedTable(change) && columns.includes(after.name));
  });
}

/** The keys of the differences that a change makes. A rename makes two of them. */
function keysOf(change: Change): readonly string[] {
  const { kind } = change;
  return kind === 'rename' ? [changeKey(change), changeKey({ ...change, to: change.from })] : [changeKey(change)];
}

/** The names that `CatalogDefinition.uses` contains for a dropped table or column. */
function droppedNames(change: Change): readonly string[] {
  if (change.kind === 'drop table') return [change.table.name];
  return change.kind === 'drop column' ? [`${change.on}.${change.column.name}`] : [];
}
