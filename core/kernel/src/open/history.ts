import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import { readLedger } from '../ledger/ledger.ts';
import { branchesOf, type Branch, type KnownRevision, type RevisionState } from '../migrate/branch-status.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** Options of `history`. */
export interface HistoryOptions extends ReadOptions {
  /** Only the branch of this plugin. Default: all branches. */
  readonly plugin?: string | undefined;
  /** Whether to list only the revisions in the code, without connecting. Default: false. */
  readonly offline?: boolean;
}

/** A revision in the code, in the ledger, or in both. */
export interface HistoryEntry {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly breaking: boolean;
  /** `null` if the ledger was not read. */
  readonly state: RevisionState | null;
  /** `null` if no active plugin has it. */
  readonly file: string | null;
}

/** Reads all branches. Neither the graph nor the ledger is checked, so that errors in either can be inspected. */
export async function readBranches(
  project: Project,
  operation: 'history' | 'show',
  { offline = false, signal }: Pick<HistoryOptions, 'offline' | 'signal'>,
): Promise<readonly Branch[]> {
  const pluginSet = await project.pluginSet();
  return branchesOf(pluginSet, offline ? null : await readDatabase(project, { operation, signal }, readLedger));
}

/** Returns the branches of a history, or the one of `plugin`. Throws TARGET_UNKNOWN. */
export function selectBranches(branches: readonly Branch[], plugin: string | undefined): readonly Branch[] {
  if (plugin === undefined) return branches;
  const found = branches.filter((branch) => branch.plugin === plugin);
  if (found.length > 0) return found;
  const names = branches.map((branch) => branch.plugin);
  const reason = 'no plugin of that name has revisions here';
  throw kernelError('TARGET_UNKNOWN', { target: plugin, reason, nearest: nearestName(plugin, names) });
}

/** Lists the revisions of branches, each branch from its base to its head. */
export function entriesOf(branches: readonly Branch[]): readonly HistoryEntry[] {
  return branches.flatMap(({ revisions }) => revisions.map(entryOf));
}

function entryOf({ id, plugin, revises, dependsOn, breaking, state, shipped }: KnownRevision): HistoryEntry {
  return { id, plugin, revises, dependsOn, breaking, state, file: shipped?.file ?? null };
}
