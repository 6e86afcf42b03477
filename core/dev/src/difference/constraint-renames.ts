import type { Change, ChangeOf } from './change.ts';

/**
 * The same changes, where a constraint or an index that goes and one that comes differ by name alone as one renaming:
 * nothing is checked or built anew. Their columns have their new names in both; only those are told apart by what they
 * hold, never tables or columns. Not where the new name is still taken when names change, nor where the thing has to go
 * anyway, since its enum is made anew.
 */
export function withConstraintRenames(changes: readonly Change[]): readonly Change[] {
  const paired = new Map<Change, Change | null>();
  const taken = new Set(changes.flatMap((change) => (isDrop(change) ? [nameIn(change)] : [])));
  const pair = (of: 'constraint' | 'index', gone: Change, come: Change | undefined, on: string, names: Names): void => {
    if (come === undefined || taken.has(nameIn(come)) || isOverRebuilt(gone, changes)) return;
    paired.set(gone, null);
    paired.set(come, { kind: 'rename', of, on, ...names });
  };
  for (const gone of changes) {
    if (gone.kind === 'drop constraint') {
      const come = changes.find((change) => isSameConstraint(gone, change) && !paired.has(change));
      pair('constraint', gone, come, gone.on, { from: gone.constraint.name, to: nameIn(come) });
    }
    if (gone.kind === 'drop index') {
      const come = changes.find((change) => isSameIndex(gone, change) && !paired.has(change));
      pair('index', gone, come, gone.on, { from: gone.index.name, to: nameIn(come) });
    }
  }
  return changes.flatMap((change) => {
    const instead = paired.get(change);
    return instead === undefined ? [change] : instead === null ? [] : [instead];
  });
}

function isDrop({ kind }: Change): boolean {
  return kind === 'drop constraint' || kind === 'drop index';
}

function isOverRebuilt(gone: Change, changes: readonly Change[]): boolean {
  if (gone.kind !== 'drop constraint' && gone.kind !== 'drop index') return false;
  const covers = 'index' in gone ? gone.index.covers : gone.constraint.columns;
  return changes.some(
    (change) =>
      change.kind === 'change enum' &&
      change.rebuild &&
      change.columns.some(({ on, column }) => on === gone.on && covers.includes(column.name)),
  );
}

interface Names {
  readonly from: string;
  readonly to: string;
}

function isSameConstraint(gone: ChangeOf<'drop constraint'>, change: Change): boolean {
  return (
    change.kind === 'add constraint' &&
    change.on === gone.on &&
    change.constraint.name !== gone.constraint.name &&
    change.constraint.definition === gone.constraint.definition
  );
}

function isSameIndex(gone: ChangeOf<'drop index'>, change: Change): boolean {
  return (
    change.kind === 'add index' &&
    change.on === gone.on &&
    change.index.name !== gone.index.name &&
    change.index.unique === gone.index.unique &&
    change.index.definition === gone.index.definition
  );
}

function nameIn(change: Change | undefined): string {
  if (change === undefined) return '';
  return 'constraint' in change ? change.constraint.name : 'index' in change ? change.index.name : '';
}
