import { isKernelError } from '../error/kernel-codes.ts';
import { handOver, handOversIn } from '../sql/hand-over.ts';
import { trackSql } from '../sql/read-sql.ts';
import type { SqlObject } from '../sql/sql-object.ts';
import { findObject, type TrackedObject, type TrackedObjects } from '../sql/tracked-object.ts';
import { trackedSchema, type TrackedSchema } from '../sql/tracked-schema.ts';

/** The fields of a revision that a history needs. Every `Revision` has them. */
export interface HistoryRevision {
  readonly id: string;
  readonly plugin: string;
  readonly up: { readonly kind: 'sql'; readonly text: string } | { readonly kind: 'code' };
  /** Default: all earlier revisions of its branch. */
  readonly revises?: readonly string[];
}

/**
 * The objects that exist after a sequence of revisions, and their creators. Immutable: `with` returns a longer history.
 */
export interface SchemaHistory {
  /** All existing objects, by `lookupKey`. */
  readonly objects: TrackedObjects;
  /** Finds the object that SQL refers to; see `findObject`. */
  readonly find: (wanted: SqlObject) => TrackedObject | null;
  /** Returns the plugin of a revision in this history. */
  readonly pluginOf: (revision: string) => string | null;
  /** Whether `later` revises `earlier` on the same branch, directly or through other revisions. */
  readonly revises: (later: string, earlier: string) => boolean;
  /** Returns this history with one more revision at its end. */
  readonly with: (revision: HistoryRevision) => Promise<SchemaHistory>;
}

/**
 * Reads revisions in the given order, which is that of a plan, and records which revision created each object and which
 * one last changed it. Does not connect to a database and runs nothing. Revisions that cannot be read (code, DO blocks, SQL
 * that the parser refuses) add nothing; nothing is thrown.
 */
export async function schemaHistory(revisions: Iterable<HistoryRevision>): Promise<SchemaHistory> {
  const draft: HistoryDraft = { schema: trackedSchema(), branches: new Map() };
  for (const revision of revisions) await addRevision(draft, revision);
  return closeHistory(draft);
}

interface HistoryDraft {
  readonly schema: TrackedSchema;
  /** The plugin of each revision, and the revisions that it revises. */
  readonly branches: Map<string, { readonly plugin: string; readonly revises: readonly string[] }>;
}

function closeHistory({ schema: { objects }, branches }: HistoryDraft): SchemaHistory {
  return Object.freeze({
    objects,
    find: (wanted: SqlObject) => findObject(objects, wanted),
    pluginOf: (revision: string) => branches.get(revision)?.plugin ?? null,
    revises: (later: string, earlier: string) => later !== earlier && reaches(branches, later, earlier),
    with: async (revision: HistoryRevision) => {
      const copy: HistoryDraft = { schema: trackedSchema(objects), branches: new Map(branches) };
      await addRevision(copy, revision);
      return closeHistory(copy);
    },
  });
}

function reaches(branches: HistoryDraft['branches'], from: string, to: string): boolean {
  const left = [from];
  const seen = new Set<string>();
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    left.push(...(branches.get(id)?.revises ?? []));
  }
  return false;
}

async function addRevision({ schema, branches }: HistoryDraft, revision: HistoryRevision): Promise<void> {
  const { id, plugin, up } = revision;
  const before = branches.entries().filter(([, other]) => other.plugin === plugin);
  branches.set(id, { plugin, revises: revision.revises ?? before.map(([other]) => other).toArray() });
  if (up.kind === 'code') return;
  try {
    await trackSql(up.text, schema, revision);
    handOver(schema, handOversIn(up.text), revision);
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
  }
}
