import { keyOf, tableOf, type Change } from '../difference/change.ts';
import { typeSql } from '../difference/column-sql.ts';
import { explainChange } from '../difference/explain-change.ts';

/** So many changes are told one by one. */
const mostTold = 4;

/** What a revision does, in a sentence or two: the doc comment of its file, for its author to say why in. */
export function aboutChanges(changes: readonly Change[]): string {
  const made = new Set(changes.flatMap((change) => (change.kind === 'create table' ? [change.table.name] : [])));
  const added = new Set(changes.flatMap((change) => (change.kind === 'add column' ? [keyOf(change)] : [])));
  // What is on a new table or column comes with it.
  const told = changes.filter((change) => {
    if (change.kind === 'create table') return true;
    return !made.has(tableOf(change) ?? '') && !columnsOf(change).some((column) => added.has(column));
  });
  const phrases = told.map(phraseOf);
  const shown = phrases.slice(0, mostTold);
  const more = phrases.length - shown.length;
  if (more > 0) shown.push(`${more} more ${more === 1 ? 'change' : 'changes'}`);
  const text = shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** The columns that a key, an index or a comment is about, by the keys of their own changes. */
function columnsOf(change: Change): readonly string[] {
  if ('constraint' in change) return change.constraint.columns.map((column) => `column ${change.on}.${column}`);
  if ('index' in change) return change.index.columns.map((column) => `column ${change.on}.${column}`);
  return change.kind === 'comment' && change.of === 'column' ? [`column ${change.on}.${change.name}`] : [];
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
        : `makes ${change.on}.${change.after.name} ${typeSql(change.after.type)}`;
    default: {
      const [verb = '', ...rest] = explainChange(change).split(' ');
      return `${verb}s ${rest.join(' ')}`;
    }
  }
}
