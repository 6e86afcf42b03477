import { isDevError } from '../error/dev-codes.ts';

/** Something that `migrate:verify` found to be wrong. */
export interface Finding {
  readonly plugin: string;
  /** The revision that it is about; `null` where it is about the plugin's entities. */
  readonly revision: string | null;
  readonly rule: FindingRule;
  /** A sentence. */
  readonly message: string;
  /** What differs, half a line each. */
  readonly differences: readonly string[];
}

/** What is verified. */
export type FindingRule =
  | 'entities' // what the entities ask for is what the revisions make
  | 'alone' // a revision runs on what it depends on, and nothing else
  | 'undo' // up, down, up comes to the same
  | 'ownership' // it changes nothing of another plugin's
  | 'required' // what it adds to another plugin's table is no burden to inserts that do not know it
  | 'order'; // in whichever order a database gets it, it comes to the same

/** What a refusal of the shadow or of a proof says, as a finding; anything else is thrown again. */
export function findingOf(error: unknown, plugin: string, revision: string, rule: FindingRule): Finding {
  if (isDevError(error, 'PROOF_FAILED')) {
    const { claim, differences } = error.details;
    return { plugin, revision, rule, message: `${claim}:`, differences };
  }
  if (!isDevError(error, 'SHADOW_FAILED')) throw error;
  return { plugin, revision, rule, message: error.message, differences: [] };
}
