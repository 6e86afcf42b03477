import type { Session } from '../db/session.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import { damagedLedger } from '../ledger/damaged-ledger.ts';
import { readDetails, readLedger, type Ledger, type LedgerRow } from '../ledger/ledger.ts';
import { checkLedger, type CheckedLedger } from '../plan/ledger-check.ts';
import type { Revision } from '../plugin/revision.ts';
import { assertNotRenamed } from './renamed-check.ts';
import { graphOfPlugins, type GraphAdditions, type RevisionSet } from './revision-set.ts';

/** A snapshot of the ledger, compared with the revisions of the active plugins. Plans are made from it. */
export interface MigrationState {
  readonly ledger: Ledger;
  readonly history: CheckedLedger<LedgerRow>;
  /** The active plugins' revisions, and the rows that the active code does not know, which are marked as dormant. */
  readonly graph: RevisionGraph;
}

/**
 * Reads the ledger and compares it with the revisions of the active plugins. This takes one query, or two if the text
 * of an applied revision differs from the code, since the tokens then decide. Pass `ledger` if it has just been read.
 * Throws LEDGER_FORMAT_NEWER, LEDGER_DAMAGED, REVISION_EDITED, and the errors of `assertNotRenamed` and `checkLedger`. Writes
 * nothing.
 */
export async function readMigrationState(
  session: Session,
  revisionSet: RevisionSet,
  ledger?: Ledger,
): Promise<MigrationState> {
  const current = ledger ?? (await readLedger(session));
  await assertNotRenamed(session, revisionSet.pluginSet, current);
  const history = checkLedger(revisionSet.revisions, revisionSet.packages, current.rows);
  if (history.differing.length > 0) await assertOnlyCosmetic(session, revisionSet, current, history.differing);
  if (history.applied.size < current.rows.length) {
    const problem = 'its table ledger has several rows for the same revision';
    throw damagedLedger(session, problem);
  }
  const unknown = [...history.dormant, ...history.ahead, ...history.squashed];
  const isUsual = unknown.length === 0 && !revisionSet.graph.hidden.keys().some((id) => history.applied.has(id));
  const graph = isUsual
    ? revisionSet.graph
    : graphWithRows(session, revisionSet, { unknown, applied: history.applied });
  return { ledger: current, history, graph };
}

/** The revisions of the code have been checked before, so an error in the graph comes from the rows. */
function graphWithRows(session: Session, { pluginSet }: RevisionSet, rows: GraphAdditions): RevisionGraph {
  try {
    return graphOfPlugins(pluginSet, rows);
  } catch (error) {
    if (!isKernelError(error) || isKernelError(error, 'HISTORY_INCONSISTENT')) throw error;
    const problem = `its rows do not form a history: ${error.message.replace(/\.$/, '')}`;
    throw damagedLedger(session, problem, error);
  }
}

/** The text may differ from the one that ran in line endings, comments and white space, but not in its tokens. */
async function assertOnlyCosmetic(
  session: Session,
  revisionSet: RevisionSet,
  ledger: Ledger,
  differing: readonly string[],
): Promise<void> {
  const rows = new Map(ledger.rows.map((row) => [row.id, row]));
  const textThatRan = new Map((await readDetails(session, differing)).map((row) => [row.id, row.up]));
  const { describeRevisionChange } = await import('../plugin/revision-change.ts');
  const edited: { readonly revision: Revision; readonly what: string }[] = [];
  for (const id of differing) {
    const revision = revisionSet.revisions.get(id);
    const row = rows.get(id);
    if (revision === undefined || row === undefined) continue;
    const what = await describeRevisionChange(revision, { ...row, up: textThatRan.get(id) ?? null });
    if (what !== null) edited.push({ revision, what });
  }
  const [first, ...others] = edited;
  if (first === undefined) return;
  throw kernelError('REVISION_EDITED', {
    revision: first.revision.id,
    file: first.revision.file,
    what: first.what,
    others: others.map(({ revision }) => revision.id),
  });
}
