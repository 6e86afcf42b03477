import { catalogReader, type Catalog } from '@headwater/kernel/internal/catalog';
import { isolatedScript, serverErrorOf, type Session } from '@headwater/kernel/internal/database';
import type { Change } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { explainChange } from '../difference/explain-change.ts';
import { noEntityChanges, type Draft, type DraftContext } from '../authoring/draft.ts';
import { closureOf, subsetOf } from '../authoring/plugin-subset.ts';
import { proveDraft } from '../authoring/prove-draft.ts';
import { nextRevisionId } from '../authoring/revision-file.ts';
import { schemaAfter, schemaDifferences } from '../authoring/schema-proof.ts';
import { devError } from '../error/dev-codes.ts';
import { withoutTables } from './without-tables.ts';

/** The words of the slug: `0001_existing_schema`. */
const words = 'existing_schema';

/** Options for {@link draftFromDatabase}. */
export interface DatabaseDraftOptions {
  /** The database. It is only read. */
  readonly session: Session;
  /** The tables in which tools record their migrations. The revision leaves them out. */
  readonly journals: ReadonlySet<string>;
  /** The schemas of other applications in the database. */
  readonly others: readonly string[];
}

/**
 * Drafts a revision that recreates the schema of a database, without what the required plugins create, and proves that
 * it does, in the shadow. It has no data. The revision is `null` if the plugins already create everything. Throws
 * DATABASE_NOT_RECREATABLE, and the errors of a proof.
 */
export async function draftFromDatabase(
  context: DraftContext,
  { session, journals, others }: DatabaseDraftOptions,
): Promise<Draft> {
  const { set, plugin, openShadow, onStage } = context;
  const id = nextRevisionId(plugin, words);
  const required = subsetOf(set, closureOf(set, plugin.name));
  onStage('reading the database');
  const target = withoutTables(await catalogReader(session, others)(), journals);
  onStage('opening the shadow');
  await using shadow = await openShadow();
  const before = await schemaAfter(shadow, required.revisions);
  const refuse = (objects: readonly string[], cause?: unknown): Error =>
    devError('DATABASE_NOT_RECREATABLE', { database: session.shown, plugin: plugin.name, objects }, { cause });

  const changes = changesBetween(before, target);
  if (changes.length === 0) return { revision: null, review: null, unread: [], ...noEntityChanges };
  if (plugin.revisions.length > 0)
    throw refuse(changes.map((change) => `beside its revisions: ${explainChange(change)}`));
  const impossible = [...unreadIn(target, before), ...changes.filter(isImpossible).map(explainChange)];
  if (impossible.length > 0) throw refuse(impossible);
  const reverse = changesBetween(target, before);
  const [up, down] = [changesSql(changes), changesSql(reverse)];
  const about = 'The schema of the database before it was adopted.';
  const unproven = { id, up, down, about };

  onStage('recreating the schema');
  try {
    await shadow.session.script(isolatedScript(shadow.session, up));
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null) throw error;
    throw refuse([`its SQL fails in the shadow (${server.message})`], error);
  }
  const after = await shadow.catalog();
  const differences = schemaDifferences(target, after);
  if (differences.length > 0) throw refuse(differences);
  const proof = { ...context, required, shadow, before, after };
  return { ...(await proveDraft(unproven, proof)), ...noEntityChanges };
}

/** Whether no statement makes the change: it removes what a required plugin creates, or nothing can set it. */
function isImpossible(change: Change): boolean {
  if (change.kind === 'setting') return change.after !== null && change.after.set === '';
  return /^(?:drop|undefine)/.test(change.kind);
}

/** Returns the objects that a catalog counts but does not read, and that the shadow does not have anyway. */
function unreadIn({ unread }: Catalog, before: Catalog): readonly string[] {
  return Array.from(unread).flatMap(([kind, count]) =>
    count > (before.unread.get(kind) ?? 0) ? [`${count} of the kind ${kind}`] : [],
  );
}
