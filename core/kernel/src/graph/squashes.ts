import { kernelError } from '../error/kernel-codes.ts';
import type { RevisionNode } from './graph-revision.ts';

/** The fields of a revision that decide about a squash. */
export type Squashable = Pick<RevisionNode, 'id' | 'revises' | 'replaces'>;

/** The revisions that make up the history of one database, where several revisions and their squash exclude each other. */
export interface SquashView {
  /** The revisions that are not part of this history: either a squash, or everything that it replaces. */
  readonly hidden: ReadonlyMap<string, HiddenRevision>;
  /** Returns the revision to which an edge leads in this history. */
  readonly resolve: (id: string) => string;
}

/** A revision that is not part of the history of a database. */
export interface HiddenRevision {
  /** The revision in its place: its squash; for a squash, the last one that it replaces. */
  readonly by: string;
  /** Whether both lead to the same schema. `false` for a revision inside the range of its squash. */
  readonly isEqual: boolean;
}

const nothingHidden: SquashView = { hidden: new Map(), resolve: (id) => id };

/**
 * Decides for each squash whether it or the revisions that it replaces are the history of a database in which `applied`
 * have ledger rows. A database that has applied one of them, but not the squash, goes on with them. Every other database
 * has the squash, to which all edges into its range then lead.
 */
export function squashView(revisions: Iterable<Squashable>, applied: ReadonlySet<string>): SquashView {
  const all = Array.from(revisions);
  const squashes = all.filter(({ replaces }) => replaces.length > 0);
  if (squashes.length === 0) return nothingHidden;
  const hidden = new Map<string, HiddenRevision>();
  for (const { id, replaces } of squashes) {
    const last = lastOf(replaces, all);
    if (!applied.has(id) && replaces.some((one) => applied.has(one))) hidden.set(id, { by: last, isEqual: true });
    else for (const one of replaces) hidden.set(one, { by: id, isEqual: one === last });
  }
  return { hidden, resolve: (id) => hidden.get(id)?.by ?? id };
}

/** Returns the squashes that a database has not recorded, although it has applied everything that they replace. */
export function completeSquashes<T extends Squashable>(
  revisions: Iterable<T>,
  applied: ReadonlySet<string>,
): readonly T[] {
  return Array.from(revisions).filter(
    ({ id, replaces }) => replaces.length > 0 && !applied.has(id) && replaces.every((one) => applied.has(one)),
  );
}

/** Returns the one of `replaces` that no other one revises. Where their files are gone, the names decide. */
function lastOf(replaces: readonly string[], all: readonly Squashable[]): string {
  const range = new Set(replaces);
  const revised = new Set(all.flatMap(({ id, revises }) => (range.has(id) ? revises : [])));
  return replaces.findLast((id) => !revised.has(id)) ?? replaces.at(-1) ?? '';
}

/** A squash in the code of a plugin. */
interface ShippedSquash extends Squashable {
  readonly breaking: boolean;
  readonly file: string;
}

/**
 * Checks the squashes of the code: each replaces a chain of revisions that begins where it does, and none of them is a
 * squash itself or replaced twice. A plugin ships all revisions of such a chain, or none of them any more. Throws
 * SQUASH_INVALID.
 */
export function assertSquashes(revisions: readonly ShippedSquash[]): void {
  const squashes = revisions.filter(({ replaces }) => replaces.length > 0);
  if (squashes.length === 0) return;
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const replacedBy = new Map<string, string>();
  const resolve = (id: string): string => replacedBy.get(id) ?? id;
  const chains: (() => void)[] = [];
  for (const squash of squashes) {
    const refuse = (problem: string): Error =>
      kernelError('SQUASH_INVALID', { revision: squash.id, file: squash.file, problem });
    const shipped: ShippedSquash[] = [];
    for (const id of squash.replaces) {
      const other = replacedBy.get(id);
      if (other !== undefined) throw refuse(`it replaces "${id}", which "${other}" replaces, too`);
      replacedBy.set(id, squash.id);
      const revision = byId.get(id);
      if (revision === undefined) continue;
      if (revision.replaces.length > 0) throw refuse(`it replaces "${id}", which is a squash itself`);
      shipped.push(revision);
    }
    if (shipped.length === 0) continue;
    const gone = squash.replaces.find((id) => !byId.has(id));
    if (gone !== undefined) {
      throw refuse(
        `"${gone}" is missing, but "${shipped[0]?.id ?? ''}" is there; ship all that it replaces, or nothing`,
      );
    }
    chains.push(() => assertChain(squash, shipped, { revisions, resolve, refuse }));
  }
  for (const assert of chains) assert();
}

interface ChainContext {
  readonly revisions: readonly ShippedSquash[];
  /** Returns the squash in place of a replaced revision. */
  readonly resolve: (id: string) => string;
  readonly refuse: (problem: string) => Error;
}

function assertChain(
  squash: ShippedSquash,
  range: readonly ShippedSquash[],
  { revisions, resolve, refuse }: ChainContext,
): void {
  const inside = new Set(squash.replaces);
  const [start, second] = range.filter(({ revises }) => !revises.some((id) => inside.has(id)));
  if (start === undefined || second !== undefined) {
    throw refuse(`it replaces "${start?.id ?? ''}" and "${second?.id ?? ''}", which are not in one chain`);
  }
  const [own, needed] = [squash, start].map(({ revises }) => revises.map(resolve).join(', ') || 'nothing');
  if (own !== needed)
    throw refuse(`it revises ${own}, but "${start.id}", the first that it replaces, revises ${needed}`);
  // Code that ends inside the range must not run after the squash, even if its net effect breaks no other code.
  const breaking = squash.breaking ? undefined : range.find((one) => one.breaking);
  if (breaking !== undefined) throw refuse(`"${breaking.id}", which it replaces, is breaking, and it is not`);
  for (const { id, revises } of range) {
    if (revises.length > 1 && revises.some((one) => inside.has(one))) {
      throw refuse(`"${id}", which it replaces, merges several heads`);
    }
    const [next, other] = revisions.filter((one) => one.replaces.length === 0 && one.revises.includes(id));
    if (next !== undefined && other !== undefined) throw refuse(`"${next.id}" and "${other.id}" both revise "${id}"`);
  }
}
