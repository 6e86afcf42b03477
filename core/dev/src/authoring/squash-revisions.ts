import type { KernelError } from '@headwater/kernel/internal/errors';
import { findBranchRevision } from './branch-revision.ts';
import type { RevisionGraph } from '@headwater/kernel/internal/graph';
import type { Plugin, PluginSet, Revision } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { withoutImplied } from './implied-edges.ts';
import { subsetOf } from './plugin-subset.ts';
import { proveSquash } from './prove-squash.ts';
import { importSpecifierOf, slugFrom } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';

/** The range to squash, and options. */
export interface SquashOptions {
  /** Every active plugin. */
  readonly set: PluginSet;
  readonly plugin: Plugin;
  /** The first and the last revision of the range: an id, a slug or a unique prefix of it. */
  readonly from: string;
  readonly to: string;
  /** The name of the squash, as words; `null` to derive it from the range. */
  readonly words: string | null;
  /** The database in which it is proven. Its content is lost. */
  readonly shadow: Shadow;
  /** Receives the name of each stage, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/** A proven squash. Nothing is written yet. */
export interface SquashedRange {
  readonly revision: RevisionDraft;
  /** The revisions that it replaces, from the first to the last. */
  readonly replaces: readonly string[];
  /** The revisions of other plugins that depend on a revision of the range. */
  readonly dependents: readonly { readonly id: string; readonly needs: string }[];
  /** The tables whose rows differ from one new database to the next even without the squash, so they are not compared. */
  readonly random: readonly string[];
}

/**
 * Drafts one revision that replaces a range of a branch, and proves it in a shadow: a new database ends up with the same
 * schema and the same rows as with the range, also with the revisions of other plugins that point into it, and its `down`
 * reverts it. Throws SQUASH_REFUSED, PROOF_FAILED, TARGET_UNKNOWN and TARGET_AMBIGUOUS.
 *
 * @example
 * const { revision } = await squashRevisions({ set, plugin, from: '0002', to: '0006', words: null, shadow, onStage });
 */
export async function squashRevisions(options: SquashOptions): Promise<SquashedRange> {
  const { set, plugin, from, to, words, shadow, onStage } = options;
  const { graph } = subsetOf(set);
  const range = rangeOf(plugin, graph, from, to);
  for (const revision of range) assertJoinable(plugin, revision);
  const [first, last] = [range[0], range.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the range is empty');
  const inside = new Set(range.map(({ id }) => id));
  const number = /^\d+/.exec(first.slug)?.[0] ?? '';
  const derived = `squash_${last.slug}`.slice(0, 80).replace(/_$/, '');
  const revises =
    first.revises.length === 0 ? null : first.revises.length === 1 ? (first.revises[0] ?? null) : first.revises;
  const needs = [...new Set(range.flatMap(({ dependsOn }) => dependsOn))].toSorted();
  const edges = withoutImplied({ revises, dependsOn: needs.map((revision) => ({ revision, why: '' })) }, graph);
  const downs = range.map(({ down }) => (down?.kind === 'sql' ? down.text : null));
  const isReversible = downs.every((text) => text !== null);
  const revision: RevisionDraft = {
    id: `${plugin.name}@${slugFrom(number, words ?? derived)}`,
    ...edges,
    replaces: range.map(({ id }) => id),
    // Code that ends inside the range must not run after it.
    breaking: range.some(({ breaking }) => breaking),
    up: joined(range.map(({ id, up }) => [id, up.kind === 'sql' ? up.text : ''])),
    down: isReversible ? joined(range.map(({ id }, i): [string, string] => [id, downs[i] ?? '']).toReversed()) : null,
    about: `Replaces ${first.id} to ${last.id}.`,
    importFrom: importSpecifierOf(plugin),
  };
  const random = await proveSquash(shadow, { set, plugin, revision, range, onStage });
  const dependents = set.plugins.flatMap(({ name, revisions }) =>
    name === plugin.name
      ? []
      : revisions.flatMap(({ id, dependsOn }) =>
          dependsOn.flatMap((one) => (inside.has(one) ? [{ id, needs: one }] : [])),
        ),
  );
  return { revision, replaces: range.map(({ id }) => id), dependents, random };
}

/** Returns the revisions from `from` to `to`, which must be one chain. */
function rangeOf(plugin: Plugin, graph: RevisionGraph, from: string, to: string): readonly Revision[] {
  const [start, end] = [from, to].map((name) => findBranchRevision(plugin, graph, name));
  const range: Revision[] = [];
  for (let next = end; next !== undefined;) {
    range.unshift(next);
    if (next.id === start?.id) break;
    const [before, other] = graph.byId.get(next.id)?.revises ?? [];
    if (other !== undefined) throw refused(plugin, next.id, 'it merges several heads');
    next = plugin.revisions.find(({ id }) => id === before);
  }
  if (range[0]?.id !== start?.id) throw refused(plugin, start?.id ?? from, `it does not come before ${end?.id ?? to}`);
  if (range.length < 2) throw refused(plugin, start?.id ?? from, 'one revision is no range');
  return range;
}

/** Refuses what cannot share a transaction with others, or what is not text. */
function assertJoinable(plugin: Plugin, { id, up, down, transaction, replaces }: Revision): void {
  if (replaces.length > 0) throw refused(plugin, id, 'it is a squash itself');
  if (up.kind === 'code' || down?.kind === 'code') throw refused(plugin, id, 'it is code, which cannot be joined');
  if (!transaction) throw refused(plugin, id, 'it runs outside a transaction');
  if (/\balter\s+type\b[^;]*\badd\s+value\b/i.test(up.text)) {
    throw refused(plugin, id, 'it adds a value to an enum, which cannot be used before it is committed');
  }
}

function refused({ name }: Plugin, revision: string, reason: string): KernelError {
  return devError('SQUASH_REFUSED', { plugin: name, revision, reason });
}

/** Joins SQL. */
function joined(parts: readonly (readonly [id: string, text: string])[]): string {
  return parts
    .map(([id, text]) => {
      const trimmed = text.replace(/^\s*\n/, '').trimEnd();
      // A text may end with a comment, in which a semicolon ends nothing. One too many does no harm.
      const end = /--[^\n]*$/.test(trimmed) ? '\n;' : trimmed.endsWith(';') ? '' : ';';
      return `-- ${id}\n${trimmed}${end}`;
    })
    .join('\n\n');
}
