import { parseName } from '@headwater/kernel/internal/sql';
import { changedTable, type Change } from './change.ts';

/**
 * Suggests words for the slug of a revision with these changes: `create_like`, `add_likes_count_to_object`. The most
 * important kind of change decides. `prefixes` are the table prefixes of plugins, which the slug omits.
 */
export function slugWords(changes: readonly Change[], prefixes: readonly string[]): string {
  const short = (table: string): string => {
    const name = parseName(table).name;
    const prefix = prefixes.find((one) => name.startsWith(`${one}_`) && name.length > one.length + 1);
    return prefix === undefined ? name : name.slice(prefix.length + 1);
  };
  const renames = changes.filter((change) => change.kind === 'rename');
  const [rename] = renames.toSorted((a, b) => rankOf(a.of) - rankOf(b.of));
  const found = phrases.find(({ kinds }) => changes.some(({ kind }) => kinds.includes(kind)));
  if (rename !== undefined && (rename.of === 'table' || rename.of === 'column' || found === undefined)) {
    const [from, to] = rename.of === 'table' ? [short(rename.from), short(rename.to)] : [rename.from, rename.to];
    return shorten(`rename_${from}_to_${to}`);
  }
  if (found === undefined) return 'change_schema';
  const chosen = changes.filter(({ kind }) => found.kinds.includes(kind));
  const names = [...new Set(chosen.map((change) => changedName(change, short)))];
  const tables = [...new Set(chosen.flatMap((change) => changedTable(change) ?? []))];
  const on = found.on === null || tables.length !== 1 ? '' : `_${found.on}_${short(tables[0] ?? '')}`;
  const listed = names.length <= 2 ? names.join('_and_') : `${names[0]}_and_${names.length - 1}_more`;
  return shorten(`${found.verb}_${listed}${on}`);
}

interface Phrase {
  readonly kinds: readonly Change['kind'][];
  readonly verb: string;
  /** The preposition before the table; `null` for a change that is not in a table. */
  readonly on: string | null;
}

/** Most important first. */
const phrases: readonly Phrase[] = [
  { kinds: ['create table'], verb: 'create', on: null },
  { kinds: ['drop table'], verb: 'drop', on: null },
  { kinds: ['add column'], verb: 'add', on: 'to' },
  { kinds: ['drop column'], verb: 'drop', on: 'from' },
  { kinds: ['change enum'], verb: 'change', on: null },
  { kinds: ['alter column'], verb: 'change', on: 'of' },
  { kinds: ['create enum'], verb: 'create', on: null },
  { kinds: ['drop enum'], verb: 'drop', on: null },
  { kinds: ['add constraint'], verb: 'constrain', on: 'of' },
  { kinds: ['validate constraint'], verb: 'validate', on: 'of' },
  { kinds: ['add index'], verb: 'index', on: 'of' },
  { kinds: ['drop constraint'], verb: 'free', on: 'of' },
  { kinds: ['drop index'], verb: 'drop_index_over', on: 'of' },
  { kinds: ['define', 'redefine'], verb: 'define', on: null },
  { kinds: ['undefine'], verb: 'drop', on: null },
  { kinds: ['add partition'], verb: 'add', on: 'to' },
  { kinds: ['drop partition'], verb: 'drop', on: 'from' },
  { kinds: ['row security'], verb: 'secure_rows_of', on: null },
  { kinds: ['setting'], verb: 'set_up', on: null },
  { kinds: ['create schema'], verb: 'create_schema', on: null },
  { kinds: ['drop schema'], verb: 'drop_schema', on: null },
  { kinds: ['comment'], verb: 'comment_on', on: null },
];

function changedName(change: Change, short: (table: string) => string): string {
  if ('table' in change) return short(change.table.name);
  if ('column' in change) return change.column.name;
  if ('enum' in change) return short(change.enum.name);
  if ('schema' in change) return change.schema.name;
  if ('constraint' in change) return change.constraint.columns.join('_') || short(change.constraint.name);
  if ('index' in change) return change.index.columns.join('_') || short(change.index.name);
  if ('definition' in change) return short(change.definition.name.replace(/\(.*/s, ''));
  if (change.kind === 'comment') return short(change.name);
  if (change.kind === 'rename') return change.to;
  if (change.kind === 'setting') return short(change.object.name.replace(/\(.*/s, ''));
  if ('partition' in change) return short(change.partition.name);
  if (change.kind === 'row security') return short(change.on);
  return change.kind === 'change enum' ? short(change.after.name) : change.after.name;
}

function rankOf(of: string): number {
  return ['table', 'column', 'constraint', 'index'].indexOf(of);
}

/** Shortens a slug to 60 characters. The maximum is 100, so this leaves room for the number in front. */
function shorten(words: string): string {
  const safe = words.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_');
  return safe.length <= 60 ? safe : safe.slice(0, 60).replace(/_[^_]*$/, '');
}
