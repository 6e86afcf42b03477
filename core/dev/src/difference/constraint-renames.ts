import type { Catalog } from '@headwater/kernel/internal/catalog';
import { differenceOf } from './catalog-difference.ts';
import type { Change, ChangeOf } from './change.ts';

/**
 * Finds constraints and indexes that are dropped and added again under another name, and renames them instead, so that
 * nothing is revalidated or rebuilt. Both versions already use the new column names. Tables and columns are never
 * matched by their content.
 *
 * A pair is not a rename if its new name is still taken when renames run, or if the enum of a column is rebuilt, which
 * drops the constraint or index anyway.
 */
export function withConstraintRenames(changes: readonly Change[]): readonly Change[] {
  const replacements = new Map<Change, Change | null>();
  const taken = new Set(changes.flatMap((change) => (isDrop(change) ? [nameIn(change)] : [])));
  for (const drop of changes) {
    if (!isDrop(drop) || isOverRebuiltEnum(drop, changes)) continue;
    const add = changes.find((change) => isSameObject(drop, change) && !replacements.has(change));
    if (add === undefined || taken.has(nameIn(add))) continue;
    const of = 'constraint' in drop ? 'constraint' : 'index';
    replacements.set(drop, null);
    replacements.set(add, { kind: 'rename', of, on: drop.on, from: nameIn(drop), to: nameIn(add) });
  }
  return changes.flatMap((change) => {
    const replacement = replacements.get(change);
    return replacement === undefined ? [change] : replacement === null ? [] : [replacement];
  });
}

/**
 * Returns the constraints and indexes that entities declare under another name. Renamed first, they keep whatever was set
 * on them by hand.
 */
export function constraintRenames(before: Catalog, declared: Catalog): readonly ChangeOf<'rename'>[] {
  return withConstraintRenames(differenceOf(before, declared)).filter((change) => change.kind === 'rename');
}

type Drop = ChangeOf<'drop constraint'> | ChangeOf<'drop index'>;

function isDrop(change: Change): change is Drop {
  return change.kind === 'drop constraint' || change.kind === 'drop index';
}

function isOverRebuiltEnum(drop: Drop, changes: readonly Change[]): boolean {
  const covered = 'index' in drop ? drop.index.covers : drop.constraint.columns;
  return changes.some(
    (change) =>
      change.kind === 'change enum' &&
      change.rebuild &&
      change.columns.some(({ on, column }) => on === drop.on && covered.includes(column.name)),
  );
}

function isSameObject(drop: Drop, change: Change): boolean {
  if ('constraint' in drop) {
    return (
      change.kind === 'add constraint' &&
      change.on === drop.on &&
      change.constraint.name !== drop.constraint.name &&
      change.constraint.definition === drop.constraint.definition
    );
  }
  return (
    change.kind === 'add index' &&
    change.on === drop.on &&
    change.index.name !== drop.index.name &&
    change.index.unique === drop.index.unique &&
    change.index.definition === drop.index.definition
  );
}

function nameIn(change: Change): string {
  return 'constraint' in change ? change.constraint.name : 'index' in change ? change.index.name : '';
}
