import type { RevisionBody } from '@headwater/kernel/internal/plugins';
import type { RuleFinding } from '../finding.ts';

/** Reports a revision without `down`. */
export function missingDown(down: RevisionBody | null): readonly RuleFinding[] {
  if (down !== null) return [];
  const message = 'This revision has no `down`, so it cannot be reverted.';
  return [{ rule: 'missing-down', object: null, message, safer: null, at: null }];
}
