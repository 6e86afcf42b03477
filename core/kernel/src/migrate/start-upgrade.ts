import type { Config } from '../config/config.ts';
import { explainSessionError } from '../db/explain-session-error.ts';
import { limitResponses } from '../db/limit-responses.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { planOf } from '../plan/plan.ts';
import { openCancellation } from '../run/cancellation.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { explainCancellation } from './explain-cancellation.ts';
import { readInitialPlan } from './initial-plan.ts';
import { upgrade, upgradeGoal, type MigrationOptions, type MigrationResult } from './migrate.ts';

/** Returns the part of the options that a config decides. */
export function configuredOptions({
  upgrade: settings,
  root,
}: Pick<Config, 'upgrade' | 'root'>): Pick<MigrationOptions, 'settings' | 'command' | 'checkDrift'> {
  const { beforeBreaking, checkDrift } = settings;
  return { settings, checkDrift, command: beforeBreaking === null ? null : { text: beforeBreaking, cwd: root } };
}

/**
 * Prepares the database for a start, as `upgrade.mode` says: upgrades it, only checks that nothing is pending, or leaves
 * it alone. Nothing else looks at the mode. Throws UPGRADE_PENDING, and throws and reports like {@link upgrade}.
 */
export async function upgradeForStart(
  options: MigrationOptions,
  mode: Config['upgrade']['mode'],
): Promise<MigrationResult> {
  if (mode === 'auto') return upgrade(options);
  const nothing: MigrationResult = {
    runId: randomUUID(),
    plan: planOf([], 'up'),
    applied: [],
    error: null,
    dormant: [],
    ahead: [],
  };
  return mode === 'off' ? nothing : { ...nothing, ...(await assertNothingPending(options)) };
}

/** Throws UPGRADE_PENDING, and what an upgrade would throw before its first step. Writes nothing, and takes no lock. */
async function assertNothingPending({
  session: given,
  revisionSet,
  settings,
  signal,
}: MigrationOptions): Promise<Pick<MigrationResult, 'dormant' | 'ahead'>> {
  const session = limitResponses(given, settings.responseTimeout);
  using cancellation = openCancellation(signal, session);
  try {
    cancellation.check();
    const initial = await readInitialPlan(session, revisionSet, upgradeGoal(revisionSet));
    if (initial === null) return { dormant: [], ahead: [] };
    const { plan, state } = initial;
    if (plan.steps.length > 0) {
      throw kernelError('UPGRADE_PENDING', { database: session.shown, revisions: plan.steps.map(({ id }) => id) });
    }
    return { dormant: state.history.dormant, ahead: state.history.ahead };
  } catch (error) {
    await cancellation.settled();
    throw explainCancellation(error, { operation: 'start', signal }) ?? explainSessionError(error, session);
  }
}
