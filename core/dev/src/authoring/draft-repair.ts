import { isolatedScript, serverErrorOf, type Session } from '@headwater/kernel/internal/database';
import { readMigrationState, type RevisionSet } from '@headwater/kernel/internal/migrations';
import { changedObjectKey, type Change } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { explainChange } from '../difference/explain-change.ts';
import { devError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { definitionDrift } from './definition-drift.ts';
import { noEntityChanges, type Draft, type DraftContext } from './draft.ts';
import { closureOf, subsetOf } from './plugin-subset.ts';
import { proveDraft } from './prove-draft.ts';
import { repairSql } from './repair-sql.ts';
import { nextRevisionId } from './revision-file.ts';
import { assertSameSchema, schemaAfter } from './schema-proof.ts';

/** The database to repair. */
export interface RepairSource {
  /** It is only read. */
  readonly session: Session;
  readonly revisionSet: RevisionSet;
  /** The words of the slug; `null` for `repair_drift`. */
  readonly words: string | null;
}

/**
 * Drafts a revision that restores what is missing or changed in a database, of the objects of one plugin, and leaves what
 * was made by hand. Proves in the shadow that it repairs the schema of that database, and that it changes nothing in one
 * that needs no repair, in which it runs too. The revision is `null` if there is nothing to repair. Throws REPAIR_BEHIND,
 * and the errors of drift and of proofs.
 */
export async function draftRepair(
  context: DraftContext,
  { session, revisionSet, words }: RepairSource,
): Promise<Draft> {
  const { set, plugin, openShadow, onStage } = context;
  const id = nextRevisionId(plugin, words ?? 'repair_drift');
  const required = subsetOf(set, closureOf(set, plugin.name));
  const { applied } = (await readMigrationState(session, revisionSet)).history;
  const pending = required.revisions.flatMap((revision) => (applied.has(revision.id) ? [] : [revision.id]));
  if (pending.length > 0) throw devError('REPAIR_BEHIND', { plugin: plugin.name, database: session.shown, pending });
  onStage('opening the shadow');
  await using shadow = await openShadow();
  onStage('comparing the database');
  const drift = await definitionDrift(session, revisionSet, shadow);
  const own = drift.drifted.filter(({ recorded, found }) => recorded.plugin === plugin.name && found !== 'extra');
  const changes = own.flatMap((one) => one.changes.map(explainChange));
  if (own.length === 0) return { revision: null, review: null, unread: [], ...noEntityChanges };
  const keys = new Set(own.flatMap((one) => one.changes.map(changedObjectKey)));
  const only = (change: Change): boolean => keys.has(changedObjectKey(change));
  const added = own.flatMap((one) => (one.found === 'missing' ? one.changes : []));
  const up = repairSql(drift, only, added);
  onStage('repairing the schema');
  const run = (claim: string, text: string): Promise<void> => runIn(shadow, id, claim, text);
  const drifting = changesBetween(drift.expected, drift.actual, { only });
  await run('the drift cannot be recreated in a shadow', changesSql(drifting));
  await run('its SQL fails in the database that it is to repair', up);
  assertSameSchema(id, 'it does not repair the schema', drift.expected, await shadow.catalog());

  onStage('running the revision without drift');
  const before = await schemaAfter(shadow, required.revisions);
  await run('its SQL fails in a database that needs no repair', up);
  const after = await shadow.catalog();
  assertSameSchema(id, 'it changes a database that needs no repair', before, after);
  const about = `Restores what was changed by hand in a database: ${changes.join('; ')}.`;
  const unproven = { id, up, down, about };
  const proof = { ...context, required, shadow, before, after };
  return { ...(await proveDraft(unproven, proof)), ...noEntityChanges, changes };
}

/** There is nothing to revert: the schema before the revision is the one after it. */
const down = '-- Nothing to revert: the revisions before it lead to the same schema.\nselect 1;';

/** Runs SQL in the shadow. Throws PROOF_FAILED with `claim` if it fails. */
async function runIn({ session }: Shadow, revision: string, claim: string, text: string): Promise<void> {
  try {
    await session.script(isolatedScript(session, text));
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null) throw error;
    throw devError('PROOF_FAILED', { revision, claim, differences: [server.message] }, { cause: error });
  }
}
