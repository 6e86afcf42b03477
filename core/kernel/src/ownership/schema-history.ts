import { isKernelError } from '../error/kernel-codes.ts';
import { trackedSchema, type TrackedSchema } from './tracked-schema.ts';
import { findObject, keyOf, partsOf, type TrackedObject, type TrackedObjects } from './tracked-object.ts';
import { trackSql } from '../sql/read-sql.ts';
import type { SqlObject } from '../sql/sql-object.ts';

/** As much of a revision as its history needs; a `Revision` is one. */
export interface HistoryRevision {
  readonly id: string;
  readonly plugin: string;
  readonly up: { readonly kind: 'sql'; readonly text: string } | { readonly kind: 'code' };
  /** Default: all that come before it on its branch. */
  readonly revises?: readonly string[];
}

/** A revision of which parsing cannot tell all that it does. */
export interface OpaqueRevision {
  readonly revision: string;
  readonly plugin: string;
  /** Half a sentence: `a DO block runs code that only the server reads`. */
  readonly why: string;
  /** Whether all it hides are the types and functions of an extension. */
  readonly extension: boolean;
}

/** Who made what, after a row of revisions. Frozen: `with` gives a longer one. */
export interface SchemaHistory {
  /** All that is there, by `lookupKey`. */
  readonly objects: TrackedObjects;
  /** In the order in which they ran. */
  readonly opaque: readonly OpaqueRevision[];
  /** The object that SQL means by that; see `findObject`. */
  readonly find: (wanted: SqlObject) => TrackedObject | null;
  readonly table: (name: string) => TrackedObject | null;
  readonly column: (table: string, name: string) => TrackedObject | null;
  /** What is inside a table, with its indexes and sequences. */
  readonly partsOf: (table: string) => readonly TrackedObject[];
  /** The key of a table over these columns; its primary key where none are given. */
  readonly keyOf: (table: string, columns?: readonly string[]) => TrackedObject | null;
  /** The plugin of a revision that is in this history. */
  readonly pluginOf: (revision: string) => string | null;
  /** Whether `later` is of the branch of `earlier` and revises it, at once or through others. */
  readonly revises: (later: string, earlier: string) => boolean;
  /** The history with one more revision at its end. */
  readonly with: (revision: HistoryRevision) => Promise<SchemaHistory>;
}

/**
 * Follows revisions in the order given, which is that of a plan, and notes who created and who last changed each
 * object. Reads no database and runs nothing. What cannot be followed (code, DO blocks, SQL that the parser refuses)
 * makes its revision opaque; nothing is thrown.
 */
export async function schemaHistory(revisions: Iterable<HistoryRevision>): Promise<SchemaHistory> {
  const state: State = { schema: trackedSchema(), opaque: [], branches: new Map() };
  for (const revision of revisions) await add(state, revision);
  return historyOf(state);
}

interface State {
  readonly schema: TrackedSchema;
  readonly opaque: OpaqueRevision[];
  /** What each revision revises, and its plugin. */
  readonly branches: Map<string, { readonly plugin: string; readonly revises: readonly string[] }>;
}

function historyOf({ schema: { objects }, opaque, branches }: State): SchemaHistory {
  return Object.freeze({
    objects,
    opaque: Object.freeze(opaque),
    find: (wanted: SqlObject) => findObject(objects, wanted),
    table: (name: string) => findObject(objects, { kind: 'table', name, table: null }),
    column: (table: string, name: string) => findObject(objects, { kind: 'column', name, table }),
    partsOf: (table: string) => partsOf(objects, table),
    keyOf: (table: string, columns?: readonly string[]) => keyOf(objects, table, columns),
    pluginOf: (revision: string) => branches.get(revision)?.plugin ?? null,
    revises: (later: string, earlier: string) => later !== earlier && reaches(branches, later, earlier),
    with: async (revision: HistoryRevision) => {
      const copy: State = { schema: trackedSchema(objects), opaque: [...opaque], branches: new Map(branches) };
      await add(copy, revision);
      return historyOf(copy);
    },
  });
}

function reaches(branches: State['branches'], from: string, to: string): boolean {
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

async function add({ schema, opaque, branches }: State, revision: HistoryRevision): Promise<void> {
  const { id, plugin, up } = revision;
  const before = branches.entries().filter(([, other]) => other.plugin === plugin);
  branches.set(id, { plugin, revises: revision.revises ?? before.map(([other]) => other).toArray() });
  const hide = (why: string, extension = false): void => void opaque.push({ revision: id, plugin, why, extension });
  if (up.kind === 'code') return hide('what its code does is only known when it runs');
  try {
    for (const statement of await trackSql(up.text, schema, revision)) {
      if (statement.opaque !== null) hide(statement.opaque);
      const extension = statement.creates.find(({ kind }) => kind === 'extension');
      if (extension !== undefined) hide(`the extension ${extension.name} brings its own types and functions`, true);
    }
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    hide('the parser refuses its SQL');
  }
}
