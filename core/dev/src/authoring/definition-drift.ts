import { catalogReader, type Catalog } from '@headwater/kernel/internal/catalog';
import { readOthers, type Session } from '@headwater/kernel/internal/database';
import {
  currentFormat,
  readDetails,
  readMigrationState,
  type ChangedObject,
  type MissingObject,
  type MigrationState,
  type RevisionSet,
} from '@headwater/kernel/internal/migrations';
import { openLedgerOwners } from '@headwater/kernel/internal/ownership';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { lookupKey, type ObjectAddress, type SqlKind, type TrackedObject } from '@headwater/kernel/internal/sql';
import { changedObject, changedObjectKey, type Change } from '../difference/change.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { isPrivileges } from '../difference/setting-difference.ts';
import { devError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { recordedObject } from './change-owners.ts';
import { schemaAfter } from './schema-proof.ts';

/** A database compared with the schema that its applied revisions lead to. */
export interface DefinitionDrift {
  /** The schema of the database. */
  readonly actual: Catalog;
  /** The schema that the applied revisions lead to. */
  readonly expected: Catalog;
  readonly drifted: readonly DriftedObject[];
}

/** An object of a plugin that differs. */
export interface DriftedObject {
  readonly object: ObjectAddress;
  /** The object, or the table that it belongs to, as the ledger knows it. */
  readonly recorded: TrackedObject;
  readonly found: ChangedObject['found'];
  /** The changes that lead from the database to the revisions. */
  readonly changes: readonly Change[];
}

/**
 * Runs the applied revisions of a database in the shadow, which keeps their schema, and compares it with that of the
 * database. Objects that no revision has made are left out, except for parts of those that one has made. So are
 * partitions that no revision made, which applications create as they run, and privileges, which depend on the roles of a
 * server. Throws DRIFT_NOT_COMPARABLE, and the errors of ledgers, revisions and shadows.
 */
export async function definitionDrift(
  session: Session,
  revisionSet: RevisionSet,
  shadow: Shadow,
): Promise<DefinitionDrift> {
  const state = await readMigrationState(session, revisionSet);
  const revisions = await appliedRevisions(session, state, revisionSet);
  const others = (await readOthers(session)).flatMap(({ tables, ledger }) => [tables, ledger]);
  const actual = await catalogReader(session, others)();
  const expected = await schemaAfter(shadow, revisions);
  // A ledger of the first format does not record objects, so nobody is known to own them.
  if (state.ledger.format < currentFormat) return { actual, expected, drifted: [] };
  const owners = await openLedgerOwners(session).read();
  const groups = Map.groupBy(differenceOf(actual, expected).filter(isCompared), changedObjectKey);
  const drifted = Array.from(groups.values()).flatMap((changes): readonly DriftedObject[] => {
    const object = changedObject(changes[0] as Change);
    const { kind, table, name } = object;
    const container = kind === 'row security' ? name : table;
    const recorded =
      recordedObject(owners, object) ??
      (container === null ? undefined : recordedObject(owners, { kind: 'table', table: null, name: container }));
    return recorded === undefined ? [] : [{ object, recorded, found: foundIn(changes), changes }];
  });
  return { actual, expected, drifted };
}

/** Returns the objects whose definitions differ, without those of `missing` and their parts. */
export function changedObjects(
  { drifted }: DefinitionDrift,
  missing: readonly MissingObject[],
): readonly ChangedObject[] {
  // They are objects of the ledger, whose kinds are those of SQL.
  const gone = new Set(missing.map((one) => lookupKey({ ...one, kind: one.kind as SqlKind })));
  const rest = drifted.filter(({ recorded }) => !gone.has(lookupKey(recorded)));
  return rest.map(({ object: { kind, table, name }, recorded, found, changes }) => ({
    kind,
    name,
    table,
    plugin: recorded.plugin,
    createdBy: recorded.createdBy,
    changedBy: recorded.revision,
    found,
    changes: changes.map(explainChange),
  }));
}

/** Returns the applied revisions in the order of the graph. Those that the code lacks are made from the ledger. */
async function appliedRevisions(
  session: Session,
  { graph, history, ledger }: MigrationState,
  { revisions }: RevisionSet,
): Promise<readonly Revision[]> {
  const rows = new Map(ledger.rows.map((row) => [row.id, row]));
  const ids = graph.order.flatMap(({ id }) => (history.applied.has(id) ? [id] : []));
  const unknown = ids.filter((id) => !revisions.has(id));
  const texts = new Map(
    unknown.length === 0 ? [] : (await readDetails(session, unknown)).map(({ id, up }) => [id, up]),
  );
  const missing = unknown.filter((id) => (texts.get(id) ?? null) === null);
  if (missing.length > 0) throw devError('DRIFT_NOT_COMPARABLE', { database: session.shown, revisions: missing });
  return ids.flatMap((id) => {
    const row = rows.get(id);
    const shipped = revisions.get(id);
    if (shipped !== undefined || row === undefined) return shipped ?? [];
    const up = { kind: 'sql', text: texts.get(id) ?? '' } as const;
    return { ...row, up, down: null, transaction: true, check: null, since: null, dependsOnSince: {}, file: '' };
  });
}

function isCompared(change: Change): boolean {
  if (change.kind === 'drop partition') return false;
  return change.kind !== 'setting' || !isPrivileges(change);
}

function foundIn(changes: readonly Change[]): ChangedObject['found'] {
  const isRemoved = changes.some(({ kind }) => /^(?:drop|undefine)/.test(kind));
  const isAdded = changes.some(({ kind }) => /^(?:add|create|define)/.test(kind));
  if (isRemoved === isAdded) return 'changed';
  return isAdded ? 'missing' : 'extra';
}
