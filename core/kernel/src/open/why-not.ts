import type { Config } from '../config/config.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import { openPackages } from '../plugin/packages.ts';
import { parseTarget } from '../plan/parse-target.ts';
import type { Project } from './project.ts';
import { readRevision, type ShownRevision } from './show.ts';
import type { ReadOptions } from './status.ts';

/**
 * The reason why a revision is not pending.
 *
 * @example
 * await kernel.whyNot('likes@0002');
 * // { id: 'likes@0002_count_on_object', reason: 'applied', appliedAt: '2026-11-29T…', … }
 */
export interface NotPendingReason {
  /** The revision; the target itself if its plugin is not active, since its revisions are unknown then. */
  readonly id: string;
  /**
   * - `pending`: it is pending after all; `why` explains that.
   * - `applied`, `stamped`: the ledger has it, because it ran or was only marked as applied.
   * - `dormant`: it is applied, and its plugin is not active.
   * - `ahead`: it is applied, and the code of its active plugin does not know it.
   * - `disabled`, `not listed`: its plugin is installed, but the config disables it or does not list it.
   */
  readonly reason: 'pending' | 'applied' | 'stamped' | 'dormant' | 'ahead' | 'disabled' | 'not listed';
  /** In ISO 8601; `null` if it is not applied. */
  readonly appliedAt: string | null;
  /** The package that applied it, and the run; `null` if it is not applied. */
  readonly appliedBy: ShownRevision['appliedBy'];
}

/** Explains why a revision is not pending. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
export async function readWhyNot(
  project: Project,
  target: string,
  options: ReadOptions = {},
): Promise<NotPendingReason> {
  try {
    const { shown } = await readRevision(project, target, options);
    const { id, state, stamped, appliedAt, appliedBy } = shown;
    const reason = state === 'applied' && stamped ? 'stamped' : (state ?? 'pending');
    return { id, reason, appliedAt, appliedBy };
  } catch (error) {
    if (!isKernelError(error, 'TARGET_UNKNOWN')) throw error;
    const parsed = parseTarget(target);
    const reason = 'plugin' in parsed ? await inactiveReason(project.config, parsed.plugin) : null;
    if (reason === null) throw error;
    return { id: target, reason, appliedAt: null, appliedBy: null };
  }
}

/** Returns why a plugin is not active; `null` if it is active, or not installed. */
async function inactiveReason(config: Config, plugin: string): Promise<'disabled' | 'not listed' | null> {
  const entry = config.plugins.get(plugin);
  if (entry !== undefined) return entry.enabled ? null : 'disabled';
  const { findPluginPackages } = await import('../plugin/installed-plugins.ts');
  return findPluginPackages(config, openPackages()).has(plugin) ? 'not listed' : null;
}
