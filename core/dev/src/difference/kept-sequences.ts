import type { CatalogColumn, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import type { Change, ChangeOf } from './change.ts';

/**
 * Replaces the changes that would drop a sequence and create it again, because it begins or ceases to belong to a
 * column. It keeps its values and everything that uses it, and gets another owner.
 */
export function withKeptSequences(changes: readonly Change[]): readonly Change[] {
  const freed = sequencesIn(changes, 'define');
  const taken = sequencesIn(changes, 'undefine');
  if (freed.size === 0 && taken.size === 0) return changes;
  const isTaken = (change: Change): boolean => sequenceAfter(change, taken) !== null;
  const isFreed = (change: Change): boolean => sequenceBefore(change, freed) !== null;
  const kept = new Set(
    changes.flatMap((one) => [sequenceAfter(one, taken) ?? [], sequenceBefore(one, freed) ?? []].flat()),
  );
  return changes.flatMap((change): readonly Change[] => {
    if (change.kind === 'undefine' && kept.has(change.definition.name) && taken.has(change.definition.name)) return [];
    if (change.kind === 'define' && kept.has(change.definition.name) && freed.has(change.definition.name)) {
      const { name, definition } = change.definition;
      const set = `${definition.replace(/^create sequence/, 'alter sequence')};`;
      return [sequenceSetting({ kind: 'sequence', table: null, name }, null, { set, reset: '' })];
    }
    if (change.kind === 'alter column' && isTaken(change)) return takenBy(change);
    if (change.kind === 'alter column' && isFreed(change)) return freedBy(change);
    if (change.kind === 'setting' && (isTaken(change) || isFreed(change))) return [withoutCreation(change)];
    return [change];
  });
}

function sequencesIn(changes: readonly Change[], kind: 'define' | 'undefine'): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) =>
      change.kind === kind && change.definition.kind === 'sequence' ? [change.definition.name] : [],
    ),
  );
}

/** Returns the free sequence that a change gives to a column, with a default that uses it or without. */
function sequenceAfter(change: Change, free: ReadonlySet<string>): string | null {
  const name = change.kind === 'alter column' ? change.after.serial : ownSequence(change, 'after');
  return name !== null && free.has(name) ? name : null;
}

function sequenceBefore(change: Change, free: ReadonlySet<string>): string | null {
  const name = change.kind === 'alter column' ? change.before.serial : ownSequence(change, 'before');
  return name !== null && free.has(name) ? name : null;
}

/** The catalog has a sequence that belongs to a column without serving it as a setting of the column. */
function ownSequence(change: Change, side: 'before' | 'after'): string | null {
  if (change.kind !== 'setting' || change.object.kind !== 'column' || change[side] === null) return null;
  return /^sequence (.+)$/.exec(change.name)?.[1] ?? null;
}

function takenBy(change: ChangeOf<'alter column'>): readonly Change[] {
  const { on, before, after } = change;
  const { serial, name } = after;
  if (serial === null) return [change];
  const owner = `${quoteName(on)}.${quoteIdentifier(name)}`;
  const set = `alter sequence ${quoteName(serial)} owned by ${owner};`;
  const column = { kind: 'column', table: on, name };
  return [{ ...change, before, after: plain(after, serial) }, sequenceSetting(column, null, { set, reset: '' })];
}

function freedBy(change: ChangeOf<'alter column'>): readonly Change[] {
  const { on, before, after } = change;
  if (before.serial === null) return [change];
  const reset = `alter sequence ${quoteName(before.serial)} owned by none;`;
  const column = { kind: 'column', table: on, name: after.name };
  return [{ ...change, before: plain(before, before.serial) }, sequenceSetting(column, { set: '', reset }, null)];
}

/** Returns a column whose default uses a sequence that does not belong to it. */
function plain(column: CatalogColumn, serial: string): CatalogColumn {
  return { ...column, serial: null, default: sequenceDefault(serial) };
}

/** Returns the default of a column that uses a sequence, as PostgreSQL prints it. */
export function sequenceDefault(sequence: string): string {
  return `nextval(${quoteLiteral(sequenceText(sequence))}::regclass)`;
}

/** PostgreSQL quotes a name only if it has to. */
function sequenceText(name: string): string {
  return /^[a-z_][a-z0-9_$]*(?:\.[a-z_][a-z0-9_$]*)?$/.test(name) ? name : quoteName(name);
}

function withoutCreation(change: ChangeOf<'setting'>): Change {
  const { before, after } = change;
  const set = after?.set.replace(/^create sequence/, 'alter sequence');
  const reset = before?.reset.replace(/^drop sequence (.*);$/, 'alter sequence $1 owned by none;');
  return {
    ...change,
    before: before === null || reset === undefined ? null : { ...before, reset },
    after: after === null || set === undefined ? null : { ...after, set },
  };
}

type Texts = Pick<CatalogSetting, 'set' | 'reset'>;

function sequenceSetting(object: CatalogSetting['of'], before: Texts | null, after: Texts | null): Change {
  const name = 'owner of the sequence';
  const settingOf = (texts: Texts | null): CatalogSetting | null =>
    texts === null ? null : { of: object, name, ...texts };
  return { kind: 'setting', object, name, before: settingOf(before), after: settingOf(after) };
}
