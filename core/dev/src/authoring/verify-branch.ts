import { differenceOf } from '../difference/catalog-difference.ts';
import { ancestorsOf, isKernelError, readSql, type Revision, type RevisionGraph } from '@headwater/kernel/internal';
import { replayDown, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { findingOf, type Finding } from './finding.ts';
import { openOwnThings, type OwnThings } from './own-things.ts';
import type { Part } from './part.ts';
import { assertSame } from './prove.ts';

/**
 * Walks a plugin's branch from base to head, with nothing there but what each revision depends on: each has to run, to be
 * undone by its `down`, to come to the same after that, and to change only what is the plugin's. Ends with the first that does
 * not run, since the others stand on it.
 */
export async function verifyBranch(
  shadow: Shadow,
  plugin: string,
  { graph, revisions }: Part,
  onRevision: (id: string) => void,
): Promise<readonly Finding[]> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const own = openOwnThings(plugin);
  const findings: Finding[] = [];
  let there: ReadonlySet<string> = new Set();
  await shadow.empty();
  for (const { id } of graph.branches.get(plugin) ?? []) {
    const revision = byId.get(id);
    if (revision === undefined) continue;
    onRevision(id);
    const needed = ancestorsOf(graph, id);
    // On a branch with merges what is there may be too much.
    if (!there.isSubsetOf(needed)) {
      await shadow.empty();
      there = new Set();
    }
    try {
      await replayUp(shadow.session, missing(graph, byId, needed, there));
      const { found, isIntact } = await verifyRevision(shadow, revision, own);
      findings.push(...found);
      if (!isIntact) await shadow.empty();
      there = isIntact ? new Set([...needed, id]) : new Set();
    } catch (error) {
      findings.push(findingOf(error, plugin, id, 'alone'));
      break;
    }
  }
  return findings;
}

function missing(
  { order }: RevisionGraph,
  byId: ReadonlyMap<string, Revision>,
  needed: ReadonlySet<string>,
  there: ReadonlySet<string>,
): readonly Revision[] {
  return order.flatMap(({ id }) => (needed.has(id) && !there.has(id) ? (byId.get(id) ?? []) : []));
}

/** What was found, and whether the shadow is as the revision leaves it. */
interface Verified {
  readonly found: readonly Finding[];
  readonly isIntact: boolean;
}

async function verifyRevision(shadow: Shadow, revision: Revision, own: OwnThings): Promise<Verified> {
  const { id, plugin, up, down } = revision;
  const before = await shadow.catalog();
  await replayUp(shadow.session, [revision]);
  const after = await shadow.catalog();
  const found = [...own.follow(id, differenceOf(before, after, { undefine: true }))];
  if (up.kind === 'sql') found.push(...(await foreignWrites(revision, up.text, own)));
  if (down === null) return { found, isIntact: true };
  try {
    await replayDown(shadow.session, [revision]);
    assertSame(id, 'its `down` does not undo its `up`', before, await shadow.catalog());
    await replayUp(shadow.session, [revision]);
    assertSame(id, 'its `up` is another after its `down`', after, await shadow.catalog());
    return { found, isIntact: true };
  } catch (error) {
    return { found: [...found, findingOf(error, plugin, id, 'undo')], isIntact: false };
  }
}

async function foreignWrites({ id, plugin }: Revision, text: string, own: OwnThings): Promise<readonly Finding[]> {
  try {
    const { statements } = await readSql(text);
    const tables = new Set(statements.flatMap(({ writes }) => writes).filter((table) => !own.mayWrite(table)));
    return Array.from(tables, (table) => {
      const message = `it changes rows of ${table}, on which "${plugin}" owns no column.`;
      return { plugin, revision: id, rule: 'ownership' as const, message, differences: [] };
    });
  } catch (error) {
    // The server took it, so it says something that the parser does not know.
    if (isKernelError(error, 'SQL_SYNTAX')) return [];
    throw error;
  }
}
