import { configOf, openProject, type OpenOptions, type Project } from '@headwater/kernel/internal/boot';
import { withSession, type Session } from '@headwater/kernel/internal/database';
import { shortMessage, type KernelError } from '@headwater/kernel/internal/errors';
import {
  configuredOptions,
  currentFormat,
  readLedger,
  rehearsalFormat,
  upgrade,
  type HeldLock,
  type Observer,
  type Rehearsal,
  type RehearsedRelation,
  type RehearsedStep,
  type RevisionSet,
} from '@headwater/kernel/internal/migrations';
import { openLedgerOwners } from '@headwater/kernel/internal/ownership';
import { kernelPackage } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { assertCopy, copyTarget } from './copy-check.ts';
import { blockedBy, strongerFirst, worstLocks } from './lock-strength.ts';
import type { Relation } from './relations.ts';
import { openStepWatch, type Failure, type SeenStep } from './step-watch.ts';

/** The copy on which a rehearsal runs. */
export interface CopyOptions {
  /** The URL of the copy: `postgres://user@host/shop_copy`. Afterwards it is upgraded. */
  readonly on: string;
  /** Observes the run. Default: nothing is reported. */
  readonly observer?: Observer;
  /** Aborting it ends the rehearsal, also during a statement. Default: never aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome of a rehearsal, even of one that failed halfway. */
export interface Rehearsed {
  readonly rehearsal: Rehearsal;
  /** The error that ended it; `null` if everything was applied. */
  readonly error: KernelError | null;
}

/**
 * Upgrades a copy of the database of an application, and reports for each step the locks, rewrites and rows that were seen.
 * `options` are those of `open`. Throws REHEARSAL_URL_INVALID, REHEARSAL_BEHIND_POOLER, REHEARSAL_OWN_DATABASE,
 * REHEARSAL_COPY_DIFFERS, and what an upgrade throws before its first step.
 *
 * @example
 * const { rehearsal, error } = await rehearse({ config: 'config/config.json', on: 'postgres://localhost/shop_copy' });
 */
export async function rehearse({ on, observer, signal, ...options }: OpenOptions & CopyOptions): Promise<Rehearsed> {
  const project = openProject(configOf(options));
  try {
    return await rehearseProject(project, { on, ...(observer && { observer }), signal });
  } finally {
    await project.connections.close();
  }
}

/** Upgrades a copy of the database of a project. Throws and reports like {@link rehearse}. */
export async function rehearseProject(project: Project, options: CopyOptions): Promise<Rehearsed> {
  const target = copyTarget(options.on, project);
  // Everything that does not depend on a database is reported first.
  const revisionSet = await project.revisionSet();
  const work = async (copy: Session): Promise<Rehearsed> => {
    await assertCopy(copy, project, options.signal);
    const second = await openObserver(copy);
    try {
      return await rehearseOn(copy, second, { config: project.config, revisionSet }, options);
    } finally {
      await second.close().catch(() => {});
    }
  };
  return withSession(target, work, project.config.upgrade.responseTimeout);
}

async function rehearseOn(
  copy: Session,
  second: Session,
  { config, revisionSet }: { readonly config: Project['config']; readonly revisionSet: RevisionSet },
  { observer, signal }: CopyOptions,
): Promise<Rehearsed> {
  const startedAt = new Date().toISOString();
  const serverVersion = await versionOf(second);
  const ownersBefore = await ownersIn(copy);
  const { watch, end } = openStepWatch(second);
  const result = await upgrade({
    session: copy,
    revisionSet,
    ...configuredOptions(config),
    // A copy needs no backup.
    command: null,
    watch,
    ...(observer && { observer }),
    ...(signal && { signal }),
  });
  const { steps: seen, failure } = await end();
  const ownersAfter = await ownersIn(copy).catch(() => new Map<string, string>());
  const ownerOf = (table: string): string | null => ownersBefore.get(table) ?? ownersAfter.get(table) ?? null;
  const applied = new Set(result.applied.map(({ id }) => id));
  const steps = seen.map((step) => rehearsedStep(step, applied.has(step.revision), ownerOf));
  const begun = new Set(seen.map(({ revision }) => revision));
  const error = result.error ?? (failure === null ? null : unobserved(failure));
  const rehearsal: Rehearsal = {
    format: rehearsalFormat,
    database: copy.shown,
    serverVersion,
    kernelVersion: kernelPackage().version,
    startedAt,
    runId: result.runId,
    steps,
    worst: worstLocks(steps),
    notRun: result.plan.steps.flatMap(({ id }) => (begun.has(id) ? [] : [id])),
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
  return { rehearsal, error };
}

/** Opens the connection that looks. A lock on the server's own catalogs must not let it wait forever. */
async function openObserver(copy: Session): Promise<Session> {
  const second = await copy.sibling();
  if (second === null) throw new Error('a server has more than one connection');
  await second.script("set lock_timeout = '2s'; set statement_timeout = '30s'; set idle_session_timeout = 0");
  return second;
}

async function versionOf({ query }: Session): Promise<string> {
  const [row] = await query<{ version: string }>("select current_setting('server_version') as version");
  return row?.version ?? '';
}

/** Returns the owners of tables, views and sequences by name. A ledger of an older format does not know them. */
async function ownersIn(session: Session): Promise<ReadonlyMap<string, string>> {
  const { format } = await readLedger(session);
  if (format < currentFormat) return new Map();
  const objects = await openLedgerOwners(session).read();
  return new Map(
    objects
      .values()
      .filter(({ kind, table }) => table === null && (kind === 'table' || kind === 'view' || kind === 'sequence'))
      .map(({ name, plugin }) => [name, plugin]),
  );
}

function unobserved({ revision, cause }: Failure): KernelError {
  return devError('REHEARSAL_UNOBSERVED', { revision, reason: shortMessage(cause) }, { cause });
}

function rehearsedStep(
  { revision, inTransaction, began, ran, seenAt, locks, rows, rewrites }: SeenStep,
  isApplied: boolean,
  ownerOf: (table: string) => string | null,
): RehearsedStep {
  const ended = ran ?? seenAt ?? began;
  const shown = ({ kind, name, table }: Relation): RehearsedRelation => ({ kind, name, table, plugin: ownerOf(table) });
  return {
    revision,
    outcome: isApplied ? 'committed' : 'failed',
    complete: inTransaction && ran !== null && locks !== null,
    milliseconds: rounded(ended - began),
    locks:
      locks
        ?.map(({ lock, since, until }): HeldLock => {
          const { mode } = lock;
          return { ...shown(lock), mode, blocks: blockedBy(mode), atMostMs: rounded((until ?? ended) - since) };
        })
        .toSorted(strongerFirst) ?? null,
    rewrites: rewrites.map(([before, after]) => {
      const outcome = after.isEmpty ? 'emptied' : 'rewritten';
      return { ...shown(before), outcome, bytesBefore: before.bytes, bytesAfter: after.bytes };
    }),
    rows,
  };
}

/** To a tenth. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
