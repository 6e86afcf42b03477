import { isKernelError } from '@headwater/kernel/internal/errors';
import { isDevError } from '../error/dev-codes.ts';
import type { Finding } from '../lint/finding.ts';
import { replayFailure } from '../shadow/replay.ts';

/** The rules that `migrate:verify` checks. */
export type VerifyRule =
  | 'entities' // the revisions produce the schema that the entities declare
  | 'alone' // a revision runs with only its declared dependencies
  | 'transaction' // the statements of a revision can run in its transaction
  | 'undo' // up, down and up again lead to the same schemas
  | 'ownership' // a revision changes nothing that another plugin owns
  | 'required' // a column on another plugin's table does not break inserts that omit it
  | 'order'; // every order in which a database may run the revisions leads to the same schema

type VerifyFinding = Finding<VerifyRule>;

/** Makes a finding of `migrate:verify`, which is always an error. */
export function verifyFinding(
  finding: Pick<VerifyFinding, 'rule' | 'plugin' | 'revision' | 'message'> & Partial<VerifyFinding>,
): VerifyFinding {
  return {
    level: 'error',
    file: null,
    line: null,
    statement: null,
    object: null,
    differences: [],
    safer: null,
    ...finding,
  };
}

/** Turns a refusal of the shadow or of a proof into a finding. Rethrows any other error. */
export function findingOfRefusal(
  error: unknown,
  about: Pick<VerifyFinding, 'rule' | 'plugin' | 'revision' | 'file'>,
): VerifyFinding {
  if (isDevError(error, 'PROOF_FAILED')) {
    const { claim, differences } = error.details;
    return verifyFinding({ ...about, message: `${claim}:`, differences });
  }
  if (isKernelError(error, 'OWNERSHIP_VIOLATED')) {
    const what = error.details.violations.map(({ action, object, owner }) => `it ${action} ${object} of "${owner}"`);
    return verifyFinding({ ...about, rule: 'ownership', message: `${what.join(', ')}.` });
  }
  const failure = replayFailure(error);
  if (failure === null) throw error;
  return verifyFinding({ ...about, message: failure.message });
}
