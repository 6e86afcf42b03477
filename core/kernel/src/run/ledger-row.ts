import { kernelSqlState } from '../db/sql-state.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';
import type { ScriptContext } from './run-context.ts';

/** The part of a run that decides the names and the limits in its SQL. */
export type Site = Pick<ScriptContext, 'session' | 'settings'>;

/** Returns the quoted schema of the ledger. */
export function ledgerOf({ session }: Pick<Site, 'session'>): string {
  return quoteIdentifier(session.schemas.ledger);
}

/** A ledger row to write. Its fields are named after the columns. */
export interface RowToWrite {
  readonly plugin: string;
  readonly slug: string;
  readonly revises: readonly string[];
  readonly depends_on: readonly string[];
  readonly replaces: readonly string[];
  /** Is checked, and not written: the revisions that must be in the ledger. */
  readonly needs: readonly string[];
  readonly raw: string;
  readonly breaking: boolean;
  readonly up: string | null;
  readonly down: string | null;
  readonly package: string;
  readonly package_version: string;
  readonly run_id: string;
  readonly attempt_id: string;
  /** JSON. */
  readonly objects: string | null;
}

/** Returns the ledger row of a step. Without its revision, the row can only be removed. */
export function rowOf(runId: string, step: RunnableStep, attemptId: string): RowToWrite {
  const { revision, needs, package: name, packageVersion, effects } = step;
  const [plugin = '', slug = ''] = step.id.split('@');
  return {
    plugin,
    slug,
    revises: revision?.revises ?? [],
    depends_on: revision?.dependsOn ?? [],
    replaces: revision?.replaces ?? [],
    needs,
    raw: revision?.raw ?? '',
    breaking: revision?.breaking ?? false,
    up: revision?.up.kind === 'sql' ? revision.up.text : null,
    down: revision?.down?.kind === 'sql' ? revision.down.text : null,
    package: name,
    package_version: packageVersion,
    run_id: runId,
    attempt_id: attemptId,
    objects: effects,
  };
}

/** The columns of a row that is passed as JSON. */
export const columns =
  'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id, objects';

/** The column types of a row that is passed as JSON. */
export const rowType =
  'plugin text, slug text, revises text[], depends_on text[], replaces text[], raw text, breaking boolean, up text, ' +
  'down text, package text, package_version text, run_id uuid, attempt_id uuid, objects text';

/**
 * Returns the `insert … select` of rows with {@link rowType} from the relation or record `source`. `place` is the `seq` of a
 * row that does not belong at the end.
 */
export function insertRow(site: Site, source: string, durationMs: string, place?: string): string {
  const values = columns.replaceAll(/\w+/g, (column) => `${source}.${column}`).replace(/objects$/, '$&::jsonb');
  const ledger = `${ledgerOf(site)}.ledger`;
  return place === undefined
    ? `insert into ${ledger} (${columns}, duration_ms) select ${values}, ${durationMs}`
    : `insert into ${ledger} (seq, ${columns}, duration_ms) overriding system value select ${place}, ${values}, ${durationMs}`;
}

/** A ledger row to remove, with the SQL that reverts its revision. */
export interface RowToRemove {
  readonly plugin: string;
  readonly slug: string;
  /** If `null`, the SQL in the ledger runs. */
  readonly down: string | null;
  readonly run_id: string;
}

/** Returns PL/pgSQL that deletes the row of `step` and writes an event. */
export function removeRow(site: Site): string {
  return `with removed as (
      delete from ${ledgerOf(site)}.ledger l where l.plugin = step.plugin and l.slug = step.slug returning *
    ) insert into ${ledgerOf(site)}.event (kind, plugin, slug, run_id, row)
      select 'downgrade', removed.plugin, removed.slug, step.run_id, to_jsonb(removed) from removed;`;
}

/** PL/pgSQL that raises "damaged", because a row that was just written is not there. */
export const raiseUnwritten = `raise exception using errcode = '${kernelSqlState.damaged}',
        message = 'a rule or a trigger keeps rows from being written';`;

/** PL/pgSQL that raises "damaged" if the statement before it changed no row of the ledger. */
export const checkWritten = `if not found then
      ${raiseUnwritten}
    end if;`;
