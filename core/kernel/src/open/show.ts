import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import { headsAmong } from '../graph/heads-and-bases.ts';
import { readDetails, readLedger, type LedgerDetails } from '../ledger/ledger.ts';
import { branchesOf, type Branch, type KnownRevision, type RevisionState } from '../migrate/branch-status.ts';
import { parseTarget, type ParsedTarget } from '../plan/parse-target.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import type { RevisionBody } from '../plugin/revision.ts';
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
  readonly breaking: boolean;
  readonly transaction: boolean | null;
  /** `null` if the ledger was not read. */
  readonly state: RevisionState | null;
  readonly file: string | null;
  readonly package: string | null;
  readonly version: string | null;
  /** In ISO 8601; `null` if it is not applied. */
  readonly appliedAt: string | null;
  readonly appliedBy: { readonly package: string; readonly version: string; readonly run: string } | null;
  readonly durationMs: number | null;
  /** Whether its row was written without running it. */
  readonly stamped: boolean;
  /** Where `up` and `down` come from. */
  readonly from: 'ledger' | 'code';
  readonly up: string | null;
  readonly down: string | null;
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
  if (offline) return shownOf(find(branchesOf(set, null), target), set, null, applied);
  return readDatabase(project, { operation: 'show', signal }, async (session) => {
    const found = find(branchesOf(set, await readLedger(session)), target);
    const [details = null] = found.row === null ? [] : await readDetails(session, [found.id]);
    return shownOf(found, set, details, applied);
  });
}

/** Finds the one revision that `target` names. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
function find(branches: readonly Branch[], target: string): KnownRevision {
  const known = branches.flatMap(({ revisions }) => revisions);
  const parsed = parseTarget(target);
  const own = 'plugin' in parsed ? (branches.find(({ plugin }) => plugin === parsed.plugin)?.revisions ?? []) : [];
  const ids =
    parsed.kind === 'head'
      ? headsAmong(own)
      : parsed.kind === 'base'
        ? own.flatMap(({ id, revises }) => (revises.length === 0 ? [id] : []))
        : known.flatMap(({ id }) =>
            id === target || (parsed.kind === 'revision' && id.startsWith(target)) ? [id] : [],
          );
  const id = ids.includes(target) ? target : ids[0];
  const found = known.find((revision) => revision.id === id);
  if (found === undefined) throw unknown(target, parsed, branches);
  if (id !== target && ids.length > 1) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: ids });
  return found;
}

function unknown(target: string, parsed: ParsedTarget, branches: readonly Branch[]): KernelError {
  const nothing = (reason: string, close: string | null): KernelError =>
    kernelError('TARGET_UNKNOWN', { target, reason, nearest: close });
  const ids = branches.flatMap(({ revisions }) => revisions.map(({ id }) => id));
  if (parsed.kind === 'nothing') return nothing(parsed.reason, nearestName(target, ids));
  if (!('plugin' in parsed) || parsed.kind === 'steps') return nothing('it is a number of steps, not a revision', null);
  const names = branches.map(({ plugin }) => plugin);
  if (names.includes(parsed.plugin))
    return nothing(`"${parsed.plugin}" has no such revision`, nearestName(target, ids));
  const close = nearestName(parsed.plugin, names);
  const corrected = close === null ? null : close + target.slice(parsed.plugin.length);
  return nothing(`no plugin "${parsed.plugin}" has revisions here`, corrected);
}

function shownOf(known: KnownRevision, set: PluginSet, details: LedgerDetails | null, applied: boolean): FoundRevision {
  const { id, plugin, revises, dependsOn, breaking, state, shipped } = known;
  const source = set.byName.get(plugin);
  const fromLedger = shipped === null || applied;
  const shown: ShownRevision = {
    id,
    plugin,
    revises,
    dependsOn,
    breaking,
    transaction: shipped?.transaction ?? null,
    state,
    file: shipped?.file ?? null,
    package: source?.package ?? details?.package ?? null,
    version: source?.version ?? null,
    appliedAt: details?.appliedAt.toISOString() ?? null,
    appliedBy:
      details === null ? null : { package: details.package, version: details.packageVersion, run: details.runId },
    durationMs: details?.durationMs ?? null,
    stamped: details?.stamped ?? false,
    from: fromLedger ? 'ledger' : 'code',
    up: fromLedger ? (details?.up ?? null) : textOf(shipped.up),
    down: fromLedger ? (details?.down ?? null) : textOf(shipped.down),
  };
  return { shown, known };
}

function textOf(body: RevisionBody | null): string | null {
  if (body === null) return null;
  return body.kind === 'sql' ? body.text : `-- code, version ${body.version}`;
}
