import { changedObjectKey, changedTable, columnKey, type Change } from '../difference/change.ts';
import { typeSql } from '../difference/column-sql.ts';
import { explainChange } from '../difference/explain-change.ts';

/** The number of changes that a summary lists. */
const mostListed = 4;

/** Summarizes a revision in a sentence, for the doc comment of its file. Its author can add the reason. */
export function summarizeChanges(changes: readonly Change[]): string {
  const newTables = new Set(changes.flatMap((change) => (change.kind === 'create table' ? [change.table.name] : [])));
  const newColumns = new Set(
    changes.flatMap((change) => (change.kind === 'add column' ? [changedObjectKey(change)] : [])),
  );
  // The parts of a new table or column are not listed separately.
  const listed = changes.filter((change) => {
    if (change.kind === 'create table') return true;
    return !newTables.has(changedTable(change) ?? '') && !columnsOf(change).some((column) => newColumns.has(column));
  });
  const phrases = listed.map(phraseOf);
  const shown = phrases.slice(0, mostListed);
  const more = phrases.length - shown.length;
  if (more > 0) shown.push(`${more} more ${more === 1 ? 'change' : 'changes'}`);
  const text = shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** Returns the keys of the columns that a constraint, an index or a comment applies to. */
function columnsOf(change: Change): readonly string[] {
  if ('constraint' in change) return change.constraint.columns.map((column) => columnKey(change.on, column));
  if ('index' in change) return change.index.columns.map((column) => columnKey(change.on, column));
  return change.kind === 'comment' && change.of === 'column' ? [changedObjectKey(change)] : [];
}

function phraseOf(change: Change): string {
  switch (change.kind) {
    case 'create table':
      return `creates ${change.table.name}`;
    case 'drop table':
      return `drops ${change.table.name}`;
    case 'add column':
      return `adds ${change.column.name} to ${change.on}`;
    case 'drop column':
      return `drops ${change.column.name} from ${change.on}`;
    case 'alter column':
      return change.before.type === change.after.type
        ? `changes ${change.on}.${change.after.name}`
        : `changes ${change.on}.${change.after.name} to ${typeSql(change.after.type)}`;
    default: {
      const [verb = '', ...rest] = explainChange(change).split(' ');
      return `${verb}s ${rest.join(' ')}`;
    }
  }
}
