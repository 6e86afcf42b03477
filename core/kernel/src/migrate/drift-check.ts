import { readObjectStates } from '../catalog/object-states.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { readLedger, type Ledger } from '../ledger/ledger.ts';
import { driftBetween, type UnknownObject } from '../ownership/drift.ts';
import { openLedgerOwners, readLedgerEffects } from '../ownership/ledger-owners.ts';

/** An object that an applied revision has created, and that does not exist. */
export interface MissingObject {
  /** `table`, `column`, `index`, `view`, `function`, `trigger` and so on. Constraints are not compared. */
  readonly kind: string;
  readonly name: string;
  /** The table that should contain it; `null` if none does. */
  readonly table: string | null;
  /** The plugin that owns it. It may be dormant. */
  readonly plugin: string;
  /** The revision that created it. */
  readonly createdBy: string;
}

/** An object that differs from the one that the applied revisions lead to. */
export interface ChangedObject extends MissingObject {
  /** The revision that created it or last changed it, according to the ledger. */
  readonly changedBy: string;
  /**
   * `changed`: it has another definition. `missing`: it does not exist, and only definitions show it, like a constraint.
   * `extra`: it is a part of an object of the plugin, and no revision creates it.
   */
  readonly found: 'changed' | 'missing' | 'extra';
  /** The changes that would lead back to the revisions, each a line of text: `change column a.b: text → int`. */
  readonly changes: readonly string[];
}

/**
 * The difference between a database and its ledger.
 *
 * @example
 * const { missing } = await kernel.drift();
 * // [{ kind: 'index', name: 'likes_like_object', table: 'likes_like', plugin: 'likes', createdBy: 'likes@0002_…' }]
 */
export interface Drift {
  /** The objects that applied revisions have created, and that do not exist. */
  readonly missing: readonly MissingObject[];
  /**
   * The tables, views, sequences and types in the schema of the tables that no applied revision has created, unless one of
   * `unchecked` did: those of people and of other tools.
   */
  readonly unknown: readonly UnknownObject[];
  /** The applied revisions whose objects the ledger does not know: code and opaque SQL that was stamped. */
  readonly unchecked: readonly string[];
  /** The objects of plugins whose definitions differ. Only if definitions were compared. */
  readonly changed?: readonly ChangedObject[];
}

/** Compares the objects of a database with those that its ledger records. Writes nothing. */
export async function readDrift(session: Session, ledger?: Ledger): Promise<Drift> {
  const { rows, format } = ledger ?? (await readLedger(session));
  // A ledger of the first format does not record objects.
  if (format < currentFormat) return { missing: [], unknown: [], unchecked: rows.map(({ id }) => id) };
  const recorded = await openLedgerOwners(session).read();
  const known = new Set((await readLedgerEffects(session)).map(({ id }) => id));
  const { missing, unknown } = driftBetween(recorded, await readObjectStates(session));
  return {
    missing: missing.map(({ kind, name, table, plugin, createdBy }) => ({ kind, name, table, plugin, createdBy })),
    unknown,
    unchecked: rows.flatMap(({ id }) => (known.has(id) ? [] : [id])),
  };
}

/** Refuses a database that lacks objects of applied revisions. Throws DRIFT_FOUND. */
export async function assertNoDrift(session: Session, ledger: Ledger): Promise<void> {
  const { missing } = await readDrift(session, ledger);
  if (missing.length > 0) throw kernelError('DRIFT_FOUND', { database: session.shown, missing });
}
