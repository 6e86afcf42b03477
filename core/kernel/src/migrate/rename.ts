import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import { latestRename } from '../ledger/events.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { readDetails, readLedger, type Ledger, type LedgerRow } from '../ledger/ledger.ts';
import { currentId, formerNames, type FormerNames } from '../plugin/former-names.ts';
import { describeRevisionChange } from '../plugin/revision-change.ts';
import { rawHash } from '../plugin/revision-hash.ts';
import type { Revision } from '../plugin/revision.ts';
import { renameRows } from '../run/rename-rows.ts';
import { changeLedger, type ChangeOptions, type LedgerChange, type PreparedChange } from './ledger-change.ts';
import type { RevisionSet } from './revision-set.ts';

/** A plugin whose rows in the ledger get its new name. */
export interface RenamedPlugin {
  readonly from: string;
  readonly to: string;
  /** The new names of its applied revisions, in the order of application. Empty if there is nothing to rename. */
  readonly revisions: readonly string[];
  /** The applied revisions of other plugins whose edges get the new name. */
  readonly dependents: readonly string[];
}

/** The names of a plugin in the ledger and in the code, and the reason for the ledger, if there is one. */
export interface RenameRequest extends Pick<RenamedPlugin, 'from' | 'to'> {
  readonly reason: string | null;
}

/**
 * Renames the rows of a plugin in the ledger, and the edges of others to them. Does nothing if there are none. Throws
 * PLUGIN_UNKNOWN and RENAME_REFUSED before anything is written.
 */
export function renamePlugin(
  options: ChangeOptions & { readonly revisionSet: RevisionSet },
  request: RenameRequest,
): Promise<LedgerChange<RenamedPlugin>> {
  return changeLedger(options, 'rename', (session) => prepareRename(session, options.revisionSet, request));
}

/** Prepares the change of {@link renamePlugin}, and throws like it. Writes nothing, and takes no lock. */
export async function prepareRename(
  session: Session,
  revisionSet: RevisionSet,
  { from, to, reason }: RenameRequest,
): Promise<PreparedChange<RenamedPlugin>> {
  const { plugins, byName } = revisionSet.pluginSet;
  const plugin = byName.get(to);
  if (plugin === undefined) {
    const nearest = nearestName(to, byName.keys());
    throw kernelError('PLUGIN_UNKNOWN', { plugin: to, reason: 'no active plugin has that name', nearest });
  }
  const ledger = await readLedger(session);
  if (plugin.formerly?.includes(from) !== true && !(await wasRenamed(session, ledger, from, to))) {
    throw refused(from, to, `the package.json of "${to}" does not say "headwater": { "formerly": ["${from}"] }`);
  }
  const own = ledger.rows.filter((row) => row.plugin === from);
  const former = new Map(formerNames(plugins)).set(from, to);
  const nothing = { ledger, body: null, result: { from, to, revisions: [], dependents: [] } };
  if (own.length === 0) return nothing;
  const there = ledger.rows.find((row) => row.plugin === to);
  if (there !== undefined) throw refused(from, to, `the ledger has ${there.id} already`);
  const hashes = await hashesOf(session, revisionSet, own, former);
  const dependents = ledger.rows.filter((row) => row.plugin !== from && pointsTo(row, from)).map(({ id }) => id);
  const result = { from, to, revisions: own.map(({ id }) => currentId(id, former)), dependents };
  return { ledger, result, body: (runId) => renameRows({ session }, runId, { from, to, hashes, reason }) };
}

function refused(from: string, to: string, reason: string): Error {
  return kernelError('RENAME_REFUSED', { from, to, reason });
}

/** Whether the plugin had the name `to` before: older code may then take its rows back. */
async function wasRenamed(session: Session, { format }: Ledger, from: string, to: string): Promise<boolean> {
  return format >= currentFormat && (await latestRename(session, { to: from }))?.from === to;
}

function pointsTo({ dependsOn }: Ledger['rows'][number], plugin: string): boolean {
  return dependsOn.some((id) => id.startsWith(`${plugin}@`));
}

/**
 * Returns the hashes of the code by slug. The texts must be those that ran, since a name is all that changes. A row that
 * the code does not know would keep the hash of the old name, which code that knows it would refuse.
 */
async function hashesOf(
  session: Session,
  { revisions }: RevisionSet,
  rows: readonly LedgerRow[],
  former: FormerNames,
): Promise<Readonly<Record<string, string>>> {
  const ids = rows.map(({ id }) => id);
  const texts = new Map((await readDetails(session, ids)).map(({ id, up }) => [id, up]));
  const replaced = new Set(Array.from(revisions.values()).flatMap(({ replaces }) => replaces));
  const hashes: Record<string, string> = {};
  for (const row of rows) {
    const id = currentId(row.id, former);
    const revision = revisions.get(id);
    if (revision === undefined) {
      // The row of the squash takes its place.
      if (replaced.has(id)) continue;
      throw refused(
        row.plugin,
        former.get(row.plugin) ?? row.plugin,
        `the code has no ${id}, and ${row.id} is applied`,
      );
    }
    const what = await changeOf(revision, row, texts.get(row.id) ?? null, former);
    if (what !== null) throw refused(row.plugin, revision.plugin, `${revision.id} was edited: ${what}`);
    hashes[row.slug] = revision.raw;
  }
  return hashes;
}

/** Describes what besides the name differs between a row and the revision of the code; `null` if nothing does. */
async function changeOf(
  revision: Revision,
  row: LedgerRow,
  up: string | null,
  former: FormerNames,
): Promise<string | null> {
  const current = (ids: readonly string[]): readonly string[] => ids.map((id) => currentId(id, former));
  const applied = { revises: current(row.revises), dependsOn: current(row.dependsOn), up };
  // The ledger has only the hash of code, which contains the old name.
  return revision.up.kind === 'code' && up === null && hashUnder(row, revision) === row.raw
    ? null
    : describeRevisionChange(revision, applied);
}

/** Returns the hash that a revision of the code had under the name that the row has. */
function hashUnder({ id, revises }: LedgerRow, revision: Revision): string {
  return rawHash({ ...revision, id, revises, dependsOn: revision.writtenDependsOn ?? revision.dependsOn });
}
