import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import { headsAmong } from '../graph/heads-and-bases.ts';
import type { Branch, KnownRevision } from '../migrate/branch-status.ts';
import { parseTarget, type ParsedTarget } from '../plan/parse-target.ts';

/** Finds the one revision that `target` names. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
export function findRevision(branches: readonly Branch[], target: string): KnownRevision {
  const visible = branches.flatMap(({ revisions }) => revisions);
  const hidden = branches.flatMap((branch) => branch.hidden);
  // A name that fits several revisions means one of the history, and a full name any of the code.
  const isHidden = hidden.some(({ id }) => id === target) || !visible.some(({ id }) => id.startsWith(target));
  const known = isHidden ? [...visible, ...hidden] : visible;
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
