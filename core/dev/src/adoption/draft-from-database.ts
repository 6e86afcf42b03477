import { catalogReader, type Catalog, type CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { isolatedScript, serverErrorOf, type Session } from '@headwater/kernel/internal/database';
import { parseName } from '@headwater/kernel/internal/sql';
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
}

/**
 * Drafts a revision that recreates the schema of a database, without what the required plugins create, and proves that
 * it does, in the shadow. It has no data. The revision is `null` if the plugins already create everything. Throws
 * DATABASE_NOT_RECREATABLE, and the errors of a proof.
 */
export async function draftFromDatabase(
  context: DraftContext,
  { session, journals }: DatabaseDraftOptions,
): Promise<Draft> {
  const { set, plugin, openShadow, onStage } = context;
  const id = nextRevisionId(plugin, words);
  const required = subsetOf(set, closureOf(set, plugin.name));
  onStage('reading the database');
  const target = withoutTables(await catalogReader(session)(), journals);
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
  const isBasis = basisOf(changes);
  const isOther = (change: Change): boolean => !isBasis(change);
  const up = joinedSql(changes.filter(isBasis), changes.filter(isOther));
  const down = joinedSql(reverse.filter(isOther), reverse.filter(isBasis));
  const about = 'The schema of the database before it was adopted.';
  const unproven = { id, up, down, about };

  onStage('recreating the schema');
  try {
    await shadow.session.script(isolatedScript(up));
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

/** The kinds of definitions that a table may use in its columns. */
const usedByColumns: ReadonlySet<string> = new Set(['extension', 'collation', 'sequence', 'type', 'domain']);

/**
 * Returns a function that tells the changes to objects that tables use from the others. They are created before the
 * tables, and dropped after them.
 */
function basisOf(changes: readonly Change[]): (change: Change) => boolean {
  const tables = changesSql(changes.filter((change) => !isDefinition(change)));
  return (change) => {
    if (/^(?:create|drop) (?:schema|enum)$/.test(change.kind)) return true;
    if (change.kind !== 'define' && change.kind !== 'undefine') return false;
    const { kind } = change.definition;
    return usedByColumns.has(kind) || (kind === 'function' && isCalledIn(tables, change.definition));
  };
}

function joinedSql(...parts: readonly (readonly Change[])[]): string {
  return parts
    .map(changesSql)
    .filter((text) => text !== '')
    .join('\n\n');
}

function isDefinition({ kind }: Change): boolean {
  return kind === 'define' || kind === 'setting';
}

function isCalledIn(sql: string, { name }: CatalogDefinition): boolean {
  return sql.includes(`${parseName(name.slice(0, name.indexOf('('))).name}(`);
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
