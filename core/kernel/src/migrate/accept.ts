import { readObjectStates } from '../catalog/object-states.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { squashView } from '../graph/squashes.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { readDetails, readLedger, type Ledger, type LedgerDetails } from '../ledger/ledger.ts';
import { readLedgerEffects } from '../ownership/ledger-owners.ts';
import type { AppliedEffects } from '../ownership/removed-objects.ts';
import { describeRevisionChange } from '../plugin/revision-change.ts';
import type { Revision } from '../plugin/revision.ts';
import { acceptRow } from '../run/accept-row.ts';
import { changeLedger, type ChangeOptions, type LedgerChange, type PreparedChange } from './ledger-change.ts';
import type { RevisionSet } from './revision-set.ts';

/** An edit of an applied revision, for which the ledger has another text. */
export interface AcceptedEdit {
  readonly revision: string;
  /** `its SQL differs from the SQL that ran: …`. */
  readonly what: string;
  /** The text that ran, and that of the code; `null` for code. */
  readonly before: string | null;
  readonly after: string | null;
  /** The hash of the row, and that of the code. */
  readonly from: string;
  readonly to: string;
  /** Whether the catalog was compared with the objects of the edited text. */
  readonly checked: boolean;
}

/** How an edit is accepted. */
export interface AcceptOptions {
  /** Why the edit changes nothing. The ledger records it. */
  readonly reason?: string | undefined;
  /** Whether to accept it without comparing the catalog, which the ledger then records. Default: false. */
  readonly unchecked?: boolean | undefined;
}

/**
 * Replaces the row of an applied revision by that of its edited text, and keeps the old row in an event. Throws
 * ACCEPT_REFUSED, ACCEPT_MISMATCH and HISTORY_INCONSISTENT before anything is written.
 */
export function accept(
  options: ChangeOptions & { readonly revisionSet: RevisionSet },
  id: string,
  how: AcceptOptions,
): Promise<LedgerChange<AcceptedEdit>> {
  return changeLedger(options, 'accept', (session) => prepareAccept(session, options.revisionSet, id, how));
}

/** Prepares the change of {@link accept}, and throws like it. Writes nothing, and takes no lock. */
export async function prepareAccept(
  session: Session,
  { revisions }: Pick<RevisionSet, 'revisions'>,
  id: string,
  { reason, unchecked = false }: AcceptOptions,
): Promise<PreparedChange<AcceptedEdit>> {
  const ledger = await readLedger(session);
  const row = ledger.rows.find((one) => one.id === id);
  const revision = revisions.get(id);
  if (row === undefined) throw refused(id, 'it is not applied');
  if (revision === undefined) throw refused(id, 'no active plugin has it');
  const [details] = await readDetails(session, [id]);
  const what = await describeRevisionChange(revision, { ...row, up: details?.up ?? null });
  if (what === null || details === undefined) throw refused(id, 'its code is equal to what was applied');
  assertNeedsApplied(ledger, revisions, revision);
  const known = unchecked || ledger.format < currentFormat ? null : await effectsOf(session, revision);
  const result: AcceptedEdit = {
    revision: id,
    what,
    ...textsOf(details, revision),
    from: row.raw,
    to: revision.raw,
    checked: known !== null,
  };
  const change = { revision, objects: known, reason: reason ?? null, unchecked };
  return { ledger, result, body: (runId) => acceptRow({ session }, runId, change) };
}

function textsOf({ up }: LedgerDetails, revision: Revision): Pick<AcceptedEdit, 'before' | 'after'> {
  return { before: up, after: revision.up.kind === 'sql' ? revision.up.text : null };
}

function refused(revision: string, reason: string): Error {
  return kernelError('ACCEPT_REFUSED', { revision, reason });
}

/**
 * The edges are accepted along with the text, as far as they lead to applied revisions. The row of a squash is that of all
 * that it replaces.
 */
function assertNeedsApplied(
  { rows }: Ledger,
  revisions: ReadonlyMap<string, Revision>,
  { id, revises, dependsOn }: Revision,
): void {
  const applied = new Set(rows.map((row) => row.id));
  const { resolve } = squashView([...revisions.values(), ...rows.filter((row) => !revisions.has(row.id))], applied);
  const missing = (edge: 'revises' | 'dependsOn', ids: readonly string[]) =>
    ids.flatMap((to) => (applied.has(resolve(to)) ? [] : [{ id, edge, missing: to }]));
  const gaps = [...missing('revises', revises), ...missing('dependsOn', dependsOn)];
  if (gaps.length > 0) throw kernelError('HISTORY_INCONSISTENT', { gaps });
}

/** Returns the JSON of the effects of an edited text; `null` if they cannot be read. Throws ACCEPT_MISMATCH. */
async function effectsOf(session: Session, revision: Revision): Promise<string | null> {
  const applied: readonly AppliedEffects[] = await readLedgerEffects(session);
  if (revision.up.kind === 'code' || applied.every(({ id }) => id !== revision.id)) return null;
  const { compareEdit } = await import('../ownership/edited-claim.ts');
  const found = await compareEdit(applied, { ...revision, up: revision.up }, await readObjectStates(session));
  if (found === null) return null;
  const { missing, left, effects } = found;
  if (missing.length > 0 || left.length > 0) {
    throw kernelError('ACCEPT_MISMATCH', { database: session.shown, revision: revision.id, missing, left });
  }
  return JSON.stringify(effects);
}
