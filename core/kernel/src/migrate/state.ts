import { kernelError } from '../error/kernel-codes.ts';
import { readDetails, readLedger, type Ledger, type LedgerRow } from '../ledger/ledger.ts';
import type { Session } from '../db/session.ts';
import { revisionGraph, type RevisionGraph } from '../graph/revision-graph.ts';
import { checkLedger, type CheckedLedger } from '../plan/ledger-check.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';

/** What the code alone says: checked before any connection opens. */
export interface Blueprint {
  readonly set: PluginSet;
  /** The active plugins' revisions. */
  readonly graph: RevisionGraph;
  readonly revisions: ReadonlyMap<string, Revision>;
  /** Package names by plugin. */
  readonly packages: ReadonlyMap<string, string>;
}

/** Code and ledger together, at one moment. */
export interface State {
  readonly ledger: Ledger;
  readonly history: CheckedLedger<LedgerRow>;
  /** The active plugins' revisions and, marked dormant, the rows that no active code stands for. */
  readonly graph: RevisionGraph;
}

/** Reads the state: one query, or two where some applied text differs from the code's and its tokens decide. */
export async function readState(session: Session, blueprint: Blueprint): Promise<State> {
  return stateOf(session, blueprint, await readLedger(session));
}

/**
 * Holds a ledger just read against the blueprint. Throws REVISION_EDITED and the refusals of `checkLedger`, before
 * anything is written.
 */
export async function stateOf(session: Session, blueprint: Blueprint, ledger: Ledger): Promise<State> {
  const history = checkLedger(blueprint.revisions, blueprint.packages, ledger.rows);
  if (history.differing.length > 0) await assertOnlyCosmetic(session, blueprint, ledger, history.differing);
  const unknown = [...history.dormant, ...history.ahead];
  const graph = unknown.length === 0 ? blueprint.graph : graphOf(blueprint.set, unknown);
  return { ledger, history, graph };
}

/** The graph of the active plugins' revisions and of the rows that no active code stands for. */
export function graphOf(set: PluginSet, unknown: readonly LedgerRow[] = []): RevisionGraph {
  const dormant = unknown.map((row) => ({
    id: row.id,
    revises: row.revises,
    dependsOn: row.dependsOn,
    breaking: row.breaking,
    dormant: true,
  }));
  const depth = new Map(set.plugins.map((plugin) => [plugin.name, plugin.depth]));
  const active = set.plugins.flatMap((plugin) => plugin.revisions);
  const since = new Map<string, string>();
  for (const { dependsOnSince } of active) {
    for (const [id, version] of Object.entries(dependsOnSince)) since.set(id, version);
  }
  return revisionGraph([...active, ...dormant], { depth, packages: set.byName, since });
}

/** Line endings, comments and white space are not history; any other token is. */
async function assertOnlyCosmetic(
  session: Session,
  blueprint: Blueprint,
  ledger: Ledger,
  differing: readonly string[],
): Promise<void> {
  const rows = new Map(ledger.rows.map((row) => [row.id, row]));
  const ran = new Map((await readDetails(session, differing)).map((row) => [row.id, row.up]));
  const { describeRevisionChange } = await import('../plugin/revision-change.ts');
  const edited: { readonly revision: Revision; readonly what: string }[] = [];
  for (const id of differing) {
    const revision = blueprint.revisions.get(id);
    const row = rows.get(id);
    if (revision === undefined || row === undefined) continue;
    const what = await describeRevisionChange(revision, { ...row, up: ran.get(id) ?? null });
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
