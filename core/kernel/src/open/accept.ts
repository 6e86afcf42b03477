import { accept, prepareAccept, type AcceptedEdit, type AcceptOptions } from '../migrate/accept.ts';
import { readLedger } from '../ledger/ledger.ts';
import { branchesOf } from '../migrate/branch-status.ts';
import { findRevision } from './find-revision.ts';
import { lineDifference } from './line-difference.ts';
import { write, type WriteOptions } from './migrations.ts';
import { readDatabase, type Project } from './project.ts';

/**
 * Options of `accept`.
 *
 * @example
 * await kernel.accept('likes@0002', { reason: 'only renames a constraint' });
 */
export interface AcceptEditOptions extends Omit<WriteOptions, 'observer'>, AcceptOptions {
  /** Whether to make all checks, but write nothing. Default: false. */
  readonly dryRun?: boolean;
}

/** The edit of an applied revision that was accepted, or would be. */
export interface Accepted extends Omit<AcceptedEdit, 'before' | 'after'> {
  /** The id of the run, as in the ledger; `null` in a dry run. */
  readonly runId: string | null;
  /** The lines of the text that ran (`-`) and of the code (`+`). Empty if one of them is code. */
  readonly lines: readonly string[];
}

/**
 * Accepts an edit of an applied revision that is known to lead to the same database. Throws TARGET_UNKNOWN,
 * ACCEPT_REFUSED, ACCEPT_MISMATCH and HISTORY_INCONSISTENT.
 */
export async function acceptEdit(
  project: Project,
  target: string,
  { dryRun = false, reason, unchecked, ...options }: AcceptEditOptions = {},
): Promise<Accepted> {
  const revisionSet = await project.revisionSet();
  const how: AcceptOptions = { reason, unchecked };
  const reading = { operation: 'ledger change', signal: options.signal } as const;
  const preview = await readDatabase(project, reading, async (session) => {
    const { id } = findRevision(branchesOf(revisionSet.pluginSet, await readLedger(session)), target);
    return (await prepareAccept(session, revisionSet, id, how)).result;
  });
  if (dryRun) return acceptedOf(preview, null);
  const { runId, result } = await write(project, 'ledger change', options, (run) => accept(run, preview.revision, how));
  return acceptedOf(result, runId);
}

function acceptedOf({ before, after, ...edit }: AcceptedEdit, runId: string | null): Accepted {
  return { runId, ...edit, lines: before === null || after === null ? [] : lineDifference(before, after) };
}
