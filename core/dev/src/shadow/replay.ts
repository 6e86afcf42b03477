import type { Session } from '@headwater/kernel/internal/database';
import { isKernelError, type KernelError } from '@headwater/kernel/internal/errors';
import { revisionGraph } from '@headwater/kernel/internal/graph';
import { migrate, type Goal, type MigrationOptions } from '@headwater/kernel/internal/migrations';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';
import { devError, isDevError } from '../error/dev-codes.ts';
import { recordDigest, takeDigests } from './schema-digest.ts';
import { serverWideGuard, serverWideState, serverWideStatement } from './server-wide-change.ts';

/** The part of a shadow in which revisions are replayed. */
export interface ReplayTarget {
  readonly session: Session;
  /** The plugins whose open tables count. */
  readonly plugins: readonly Plugin[];
  /** The revisions that its ledger may have, by id. A replay adds to them. */
  readonly replayed: Map<string, Revision>;
}

/**
 * Runs the `up` of revisions in the given order with the runner of an upgrade: in the same transactions, with the same
 * limits, and with the same check of ownership. The shadow has a ledger, so the revisions that they depend on must have
 * run in it. Throws SHADOW_FAILED, SHADOW_SERVER_CHANGED, and the errors of a run that are not about the server's
 * answer, like OWNERSHIP_VIOLATED.
 */
export async function replayUp(target: ReplayTarget, revisions: Iterable<Revision>): Promise<void> {
  await run(target, 'upgrade', stepsOf('up', [...revisions]));
}

/** Runs the `down` of revisions in reverse order and skips revisions without one. Throws like {@link replayUp}. */
export async function replayDown(target: ReplayTarget, revisions: readonly Revision[]): Promise<void> {
  const reversible = revisions.filter(({ down }) => down !== null);
  await run(target, 'downgrade', stepsOf('down', reversible.toReversed()));
}

/**
 * Runs the `up` of all revisions in order, their `down` in reverse order, and their `up` again. Returns the digest of the
 * schema after each `up` and each `down`. Every revision must have a `down`, and the digest must have been read before. Throws
 * like {@link replayUp}.
 */
export async function replayThereAndBack(
  target: ReplayTarget,
  revisions: readonly Revision[],
): Promise<readonly (string | null)[]> {
  const [up, down] = [stepsOf('up', revisions), stepsOf('down', revisions.toReversed())];
  await takeDigests(target.session);
  await run(target, 'upgrade', [...up, ...down, ...up], recordDigest(2 * revisions.length));
  return takeDigests(target.session);
}

/**
 * Records a revision whose SQL has already run in the shadow as a draft, so that it can be reverted. A row that the
 * draft has written itself, without the edges of the revision, is replaced.
 */
export async function recordDraft(target: ReplayTarget, revision: Revision): Promise<void> {
  const { plugin, slug } = revision;
  // A run that has applied more rows than there are would look like a damaged ledger.
  await target.session.query(
    `with removed as (delete from kernel.ledger where plugin = $1 and slug = $2 returning run_id)
      update kernel.run set applied = applied - 1 where id in (select run_id from removed)`,
    [plugin, slug],
  );
  await run(target, 'stamp', stepsOf('up', [revision]));
}

/** The limits of a replay. Nobody else uses the database, so only code needs one. */
export const replaySettings: MigrationOptions['settings'] = {
  lockWait: 10,
  lockTimeout: 0,
  retryFor: 0,
  statementTimeout: 0,
  codeTimeout: 120,
  responseTimeout: 0,
};

interface ReplayStep {
  readonly revision: Revision;
  readonly direction: 'up' | 'down';
}

function stepsOf(direction: 'up' | 'down', revisions: readonly Revision[]): readonly ReplayStep[] {
  return revisions.map((revision) => ({ revision, direction }));
}

async function run(
  { session, plugins, replayed }: ReplayTarget,
  kind: Goal['kind'],
  steps: readonly ReplayStep[],
  guard = '',
): Promise<void> {
  if (steps.length === 0) return;
  for (const { revision, direction } of new Set(steps)) {
    await assertOwnDatabase(session, revision, direction);
    replayed.set(revision.id, revision);
  }
  const revisionSet: MigrationOptions['revisionSet'] = {
    pluginSet: { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) },
    // The plan is given, and edges are checked against the ledger while it runs.
    graph: revisionGraph([]),
    revisions: replayed,
    packages: new Map(replayed.values().map(({ plugin }) => [plugin, plugin])),
  };
  const { error } = await migrate(
    {
      session,
      revisionSet,
      settings: replaySettings,
      shadow: { guard: session.kind === 'pglite' ? guard : `${serverWideGuard}\n${guard}` },
    },
    {
      kind,
      upToDate: null,
      resolve: () => null,
      plan: ({ ledger }) => {
        const applied = new Set(ledger.rows.map(({ id }) => id));
        const left: ReturnType<Goal['plan']>['steps'][number][] = [];
        for (const { revision, direction } of steps) {
          const { id, plugin } = revision;
          if (applied.has(id) === (direction === 'up')) continue;
          left.push({ id, plugin, direction });
          if (direction === 'up') applied.add(id);
          else applied.delete(id);
        }
        return { steps: left };
      },
    },
  );
  if (error !== null) throw explained(error);
}

/** Refuses SQL that changes more than the shadow's database. On PGlite, the whole server belongs to the shadow. */
async function assertOwnDatabase(session: Session, revision: Revision, direction: 'up' | 'down'): Promise<void> {
  const body = revision[direction];
  if (session.kind === 'pglite' || body?.kind !== 'sql') return;
  const found = await serverWideStatement(body.text, revision.transaction);
  if (found === null) return;
  throw devError('SHADOW_SERVER_CHANGED', { revision: revision.id, file: fileOf(revision.file), direction, ...found });
}

/** A draft has no file yet. */
function fileOf(file: string | null): string | null {
  return file === '' ? null : file;
}

/** A revision that cannot run, and the reason as a whole message. */
export interface ReplayFailure {
  readonly revision: string;
  readonly message: string;
}

/** The refusals of a run that are about one revision. */
const refusals = ['OWNERSHIP_VIOLATED', 'ENVELOPE_VIOLATED', 'CODE_TIMEOUT', 'STEP_INCOMPLETE'] as const;

/** Returns the failure behind an error of a replay; `null` if the error is not about a revision. */
export function replayFailure(error: unknown): ReplayFailure | null {
  if (isDevError(error, 'SHADOW_FAILED') || isDevError(error, 'SHADOW_SERVER_CHANGED')) {
    return { revision: error.details.revision, message: error.message };
  }
  for (const code of refusals) {
    if (isKernelError(error, code)) return { revision: error.details.revision, message: error.message };
  }
  return null;
}

function explained(error: KernelError): KernelError {
  if (!isKernelError(error, 'MIGRATION_FAILED')) return error;
  const { revision, direction, file, reason, sqlState, detail, line, column, statement } = error.details;
  if (sqlState === serverWideState) {
    const changed = { revision, direction, file: fileOf(file), changed: reason, statement: null };
    return devError('SHADOW_SERVER_CHANGED', changed, { cause: error });
  }
  const details = { revision, direction, file: fileOf(file), reason, sqlState, detail, line, column, statement };
  return devError('SHADOW_FAILED', details, { cause: error });
}
