import type { Session } from '@headwater/kernel/internal/database';
import type { ChangedObject, MissingObject, RevisionSet } from '@headwater/kernel/internal/migrations';
import { changedObjects, definitionDrift } from '../authoring/definition-drift.ts';
import { openShadow } from '../shadow/shadow.ts';

/** Options for {@link compareDefinitions}. */
export interface CompareOptions {
  /** The server for the shadow; `null` for an embedded one. */
  readonly shadow: string | null;
  /** The objects that are known to be missing, which are left out with their parts. */
  readonly missing: readonly MissingObject[];
}

/** Compares the definitions in a database with those of a shadow. */
export async function compareDefinitions(
  session: Session,
  revisionSet: RevisionSet,
  { shadow: url, missing }: CompareOptions,
): Promise<readonly ChangedObject[]> {
  await using shadow = await openShadow(url, revisionSet.pluginSet.plugins);
  return changedObjects(await definitionDrift(session, revisionSet, shadow), missing);
}
