import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import { readLedger, type Ledger } from '../ledger/ledger.ts';
import { branchesOf, type Branch, type KnownRevision, type RevisionState } from '../migrate/branch-status.ts';
import { readApplicationRecords, type ApplicationRecord } from './application-record.ts';
import { findRevision } from './find-revision.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/**
 * Options of `history`.
 *
 * @example
 * await kernel.history({ plugin: 'likes', from: 'likes@0002' });
 */
export interface HistoryOptions extends ReadOptions {
  /** Only the branch of this plugin. Default: all branches. */
  readonly plugin?: string | undefined;
  /** Only this revision and those after it on its branch. Default: from the base. */
  readonly from?: string | undefined;
  /** Only this revision and those before it on its branch. Default: up to the heads. */
  readonly to?: string | undefined;
  /** Whether to list only the revisions in the code, without connecting. Default: false. */
  readonly offline?: boolean;
}

/** A revision in the code, in the ledger, or in both. */
export interface HistoryEntry {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  /** The revisions that it replaces, if it is a squash. */
  readonly replaces: readonly string[];
  readonly breaking: boolean;
  /** `null` if the ledger was not read. */
  readonly state: RevisionState | null;
  /** `null` if no active plugin has it. */
  readonly file: string | null;
  /** When, where and by which package it was applied; `null` if it is not applied, or if the ledger was not read. */
  readonly applied: ApplicationRecord | null;
}

/** All branches, and the records of the applied revisions. */
export interface History {
  readonly branches: readonly Branch[];
  readonly records: ReadonlyMap<string, ApplicationRecord>;
}

/** Reads all branches. Neither the graph nor the ledger is checked, so that errors in either can be inspected. */
export async function readBranches(
  project: Project,
  { offline = false, signal }: Pick<HistoryOptions, 'offline' | 'signal'>,
): Promise<readonly Branch[]> {
  const pluginSet = await project.pluginSet();
  return branchesOf(
    pluginSet,
    offline ? null : await readDatabase(project, { operation: 'history', signal }, readLedger),
  );
}

/** Reads the branches and the part of them that the options select. Throws PLUGIN_UNKNOWN, TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
export async function readHistory(project: Project, options: HistoryOptions = {}): Promise<History> {
  const pluginSet = await project.pluginSet();
  if (options.offline === true) {
    return { branches: selectBranches(branchesOf(pluginSet, null), options), records: new Map() };
  }
  const read = async (session: Session): Promise<{ readonly ledger: Ledger; readonly records: History['records'] }> => {
    const ledger = await readLedger(session);
    return { ledger, records: await readApplicationRecords(session, ledger) };
  };
  const { ledger, records } = await readDatabase(project, { operation: 'history', signal: options.signal }, read);
  return { branches: selectBranches(branchesOf(pluginSet, ledger), options), records };
}

/** Returns the branches of a history, or the one of `plugin`, or the part of a branch between two revisions. */
function selectBranches(branches: readonly Branch[], { plugin, from, to }: HistoryOptions): readonly Branch[] {
  const [first, last] = [from, to].map((end) => (end === undefined ? null : findRevision(branches, end)));
  const name = plugin ?? first?.plugin ?? last?.plugin;
  if (name === undefined) return branches;
  const found = assertBranch(branches, name);
  for (const end of [first, last]) {
    if (end === null || end === undefined || end.plugin === name) continue;
    const reason = `it is not on the branch ${name}, and a range lies on one branch`;
    throw kernelError('TARGET_UNKNOWN', { target: end.id, reason, nearest: null });
  }
  return [{ ...found, revisions: between(found.revisions, first?.id, last?.id) }];
}

/** Returns the branch of a plugin. Throws PLUGIN_UNKNOWN. */
export function assertBranch(branches: readonly Branch[], plugin: string): Branch {
  const found = branches.find((branch) => branch.plugin === plugin);
  if (found !== undefined) return found;
  const names = branches.map((branch) => branch.plugin);
  const reason = 'no plugin of that name has revisions here';
  throw kernelError('PLUGIN_UNKNOWN', { plugin, reason, nearest: nearestName(plugin, names) });
}

/** Returns the revisions of a branch that are between two of them, both included. */
function between(
  revisions: readonly KnownRevision[],
  from: string | undefined,
  to: string | undefined,
): readonly KnownRevision[] {
  const after = new Set(from === undefined ? [] : [from]);
  const before = new Set(to === undefined ? [] : [to]);
  // A branch lists each revision after those that it revises.
  for (const { id, revises } of revisions) if (revises.some((one) => after.has(one))) after.add(id);
  for (const { id, revises } of revisions.toReversed()) if (before.has(id)) revises.forEach((one) => before.add(one));
  return revisions.filter(({ id }) => (from === undefined || after.has(id)) && (to === undefined || before.has(id)));
}

/** Lists the revisions of branches, each branch from its base to its head. */
export function entriesOf({ branches, records }: History): readonly HistoryEntry[] {
  return branches.flatMap(({ revisions }) =>
    revisions.map(({ id, plugin, revises, dependsOn, replaces, breaking, state, shipped }) => {
      const file = shipped?.file ?? null;
      return { id, plugin, revises, dependsOn, replaces, breaking, state, file, applied: records.get(id) ?? null };
    }),
  );
}
