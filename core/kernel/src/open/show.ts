import { readDetails, readLedger, type LedgerDetails } from '../ledger/ledger.ts';
import { readEvents, type LedgerEvent } from '../ledger/events.ts';
import { readRunOrigins } from '../ledger/runs.ts';
import { branchesOf, type KnownRevision, type RevisionState } from '../migrate/branch-status.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import type { RevisionBody } from '../plugin/revision.ts';
import { applicationRecord, type ApplicationRecord } from './application-record.ts';
import { findRevision } from './find-revision.ts';
import { lineDifference } from './line-difference.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** Options of `show`. */
export interface ShowOptions extends ReadOptions {
  /** Whether to show the SQL that was run, from the ledger, in place of that of the code. Default: false. */
  readonly applied?: boolean;
  /** Whether to show the code alone, without connecting. Default: false. */
  readonly offline?: boolean;
}

/** Everything that is known about one revision. */
export interface ShownRevision {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  /** The revisions that it replaces, if it is a squash. */
  readonly replaces: readonly string[];
  /** The squash that is in its place; `null` if there is none. Its state is that of the squash. */
  readonly replacedBy: string | null;
  readonly breaking: boolean;
  readonly transaction: boolean | null;
  /** `null` if the ledger was not read. */
  readonly state: RevisionState | null;
  readonly file: string | null;
  readonly package: string | null;
  readonly version: string | null;
  /** In ISO 8601; `null` if it is not applied. */
  readonly appliedAt: string | null;
  readonly appliedBy: Pick<ApplicationRecord, 'package' | 'version' | 'run' | 'host' | 'kernel'> | null;
  readonly durationMs: number | null;
  /** Whether its row was written without running it. */
  readonly stamped: boolean;
  /** The changes of its row in the ledger, and its stamp, oldest first. */
  readonly events: readonly LedgerEvent[];
  /** How the revision in the code differs from the one that was applied; `null` if it does not. */
  readonly edited: EditedRevision | null;
  /** Where `up` and `down` come from. */
  readonly from: 'ledger' | 'code';
  readonly up: string | null;
  readonly down: string | null;
}

/** An edit since a revision was applied. White space, comments and the case of keywords do not count. */
export interface EditedRevision {
  /** `its SQL differs from the SQL that ran: …`. */
  readonly what: string;
  /**
   * The lines of `up`, that which was applied (`-`) and that of the code (`+`); lines of both begin with a space. Empty if
   * one of them is code.
   */
  readonly lines: readonly string[];
}

/** A revision as data, and the values that it was made from. */
export interface FoundRevision {
  readonly shown: ShownRevision;
  readonly known: KnownRevision;
}

/** Finds the revision that `target` names, in the code or in the ledger. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
export async function readRevision(
  project: Project,
  target: string,
  { applied = false, offline = false, signal }: ShowOptions = {},
): Promise<FoundRevision> {
  // Neither the graph nor the ledger is checked, because errors in either tell people to look at a revision.
  const set = await project.pluginSet();
  if (offline) {
    const known = findRevision(branchesOf(set, null), target);
    return shownOf(known, set, { applied, details: null, record: null, edited: null });
  }
  return readDatabase(project, { operation: 'show', signal }, async (session) => {
    const ledger = await readLedger(session);
    const known = findRevision(branchesOf(set, ledger), target);
    const [details = null] = known.row === null ? [] : await readDetails(session, [known.id]);
    const [run] = details === null ? [] : await readRunOrigins(session, ledger, [details.runId]);
    const events = details === null ? undefined : (await readEvents(session, ledger, [known.id])).get(known.id);
    const record = details === null ? null : applicationRecord(details, run, events);
    return shownOf(known, set, { applied, details, record, edited: await editOf(known, details) });
  });
}

async function editOf({ shipped, row }: KnownRevision, details: LedgerDetails | null): Promise<EditedRevision | null> {
  if (shipped === null || row === null || details === null || shipped.raw === row.raw) return null;
  const { describeRevisionChange } = await import('../plugin/revision-change.ts');
  const what = await describeRevisionChange(shipped, { ...row, up: details.up });
  if (what === null) return null;
  const isSql = details.up !== null && shipped.up.kind === 'sql';
  return { what, lines: isSql ? lineDifference(details.up, shipped.up.text) : [] };
}

/** What the ledger has about a revision. */
interface LedgerFacts {
  readonly details: LedgerDetails | null;
  readonly record: ApplicationRecord | null;
  readonly edited: EditedRevision | null;
  /** Whether its SQL is read from the ledger. */
  readonly applied: boolean;
}

function shownOf(known: KnownRevision, set: PluginSet, facts: LedgerFacts): FoundRevision {
  const { id, plugin, revises, dependsOn, replaces, replacedBy, breaking, state, shipped } = known;
  const { details, record, edited, applied } = facts;
  const source = set.byName.get(plugin);
  const fromLedger = shipped === null || applied;
  const shown: ShownRevision = {
    id,
    plugin,
    revises,
    dependsOn,
    replaces,
    replacedBy,
    breaking,
    transaction: shipped?.transaction ?? null,
    state,
    file: shipped?.file ?? null,
    package: source?.package ?? record?.package ?? null,
    version: source?.version ?? null,
    appliedAt: record?.at ?? null,
    appliedBy: record === null ? null : byOf(record),
    durationMs: record?.durationMs ?? null,
    stamped: record?.stamped ?? false,
    events: record?.events ?? [],
    edited,
    from: fromLedger ? 'ledger' : 'code',
    up: fromLedger ? (details?.up ?? null) : textOf(shipped.up),
    down: fromLedger ? (details?.down ?? null) : textOf(shipped.down),
  };
  return { shown, known };
}

function byOf({ package: name, version, run, host, kernel }: ApplicationRecord): ShownRevision['appliedBy'] {
  return { package: name, version, run, host, kernel };
}

function textOf(body: RevisionBody | null): string | null {
  if (body === null) return null;
  return body.kind === 'sql' ? body.text : `-- code, version ${body.version}`;
}
