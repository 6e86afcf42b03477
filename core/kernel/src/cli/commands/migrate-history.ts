import { readLedger, type Ledger } from '../../ledger/ledger.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { nearest } from '../../error/nearest.ts';
import type { GraphRevision } from '../../graph/graph-revision.ts';
import { toMermaid } from '../../graph/mermaid.ts';
import type { RevisionGraph } from '../../graph/revision-graph.ts';
import { branchesOf, type Branch, type KnownRevision } from '../../migrate/branches.ts';
import { kernelPackage } from '../../plugin/kernel-package.ts';
import { graphOf } from '../../migrate/state.ts';
import { withSession } from '../../migrate/with-session.ts';
import { loadPluginSet } from '../../plugin/load-plugin-set.ts';
import type { PluginSet } from '../../plugin/plugin-set.ts';
import type { Command, Input, Reply } from '../command.ts';
import type { Paint } from '../paint.ts';
import { openConfig } from '../project.ts';

/** `kernel migrate:history [plugin]`. */
export const migrateHistory: Command = {
  about:
    'Tells each branch from its base to its head: what a revision depends on in other branches, and whether it is ' +
    'applied. Dormant branches are told from the ledger.',
  arguments: [{ name: 'plugin', about: 'only this branch', complete: 'branch' }],
  options: [
    { flag: 'mermaid', about: 'a Mermaid graph, for a page that draws one' },
    { flag: 'offline', about: 'ask no database: tell the code alone' },
  ],
  examples: [
    { line: 'kernel migrate:history likes', about: 'one branch' },
    { line: 'kernel migrate:history --offline --mermaid', about: 'a picture of all branches, for a README' },
  ],
  exits: [{ code: 20, about: 'the database cannot be reached, and --offline was not given' }],
  async run(input, context) {
    const config = openConfig(context);
    // Not the blueprint: whoever has a broken graph comes here to look at it.
    const set = await loadPluginSet(config, kernelPackage());
    const ledger = input.switches.has('offline') ? null : await withSession(config.database, readLedger);
    return replyOf(set, ledger, input);
  },
};

function replyOf(set: PluginSet, ledger: Ledger | null, { operands: [only], switches }: Input): Reply {
  const all = branchesOf(set, ledger);
  const branches = all.filter(({ plugin }) => only === undefined || plugin === only);
  if (only !== undefined && branches.length === 0) {
    const close = nearest(
      only,
      all.map(({ plugin }) => plugin),
    );
    throw kernelError('TARGET_UNKNOWN', {
      target: only,
      reason: 'no plugin of that name has revisions here',
      nearest: close,
    });
  }
  if (switches.has('mermaid')) {
    const mermaid = drawing(set, all, only);
    return { json: { mermaid }, text: () => mermaid };
  }
  const revisions = branches.flatMap((branch) => branch.revisions);
  return {
    json: {
      revisions: revisions.map(({ id, plugin, revises, dependsOn, breaking, state, shipped }) => {
        return { id, plugin, revises, dependsOn, breaking, state, file: shipped?.file ?? null };
      }),
    },
    text: (paint) => branches.map((branch) => explainBranch(branch, paint)).join('\n\n'),
  };
}

function explainBranch({ plugin, active, revisions }: Branch, paint: Paint): string {
  const head = active === null ? 'dormant: its plugin is not active' : `${active.package} ${active.version}`;
  const lines = revisions.flatMap((revision) => [
    `  ${stateOf(revision, paint)}${revision.id}${revision.breaking ? '  (breaking)' : ''}`,
    ...revision.dependsOn.map((id) => paint.dim(`${' '.repeat(revision.state === null ? 6 : 15)}after ${id}`)),
  ]);
  return [`${paint.bold(plugin)}  ${head}`, ...(lines.length === 0 ? ['  no revisions'] : lines)].join('\n');
}

function stateOf({ state }: KnownRevision, paint: Paint): string {
  if (state === null) return '';
  const word = state.padEnd(9);
  return state === 'applied' ? paint.green(word) : state === 'pending' ? paint.bold(word) : paint.yellow(word);
}

/** With one branch only: that branch, and what it depends on in others. */
function drawing(set: PluginSet, branches: readonly Branch[], only: string | undefined): string {
  const known = branches.flatMap(({ revisions }) => revisions);
  const graph = graphOf(
    set,
    known.flatMap(({ shipped, row }) => (shipped === null && row !== null ? [row] : [])),
  );
  // Without a ledger nothing is known to be pending.
  const done = known.flatMap(({ id, state }) => (state === 'pending' ? [] : [id]));
  return toMermaid(only === undefined ? graph : partOf(graph, only), done);
}

function partOf({ order }: RevisionGraph, plugin: string): RevisionGraph {
  const own = order.filter((revision) => revision.plugin === plugin);
  const kept = new Set(own.flatMap(({ id, needs }) => [id, ...needs]));
  const isKept = (id: string): boolean => kept.has(id);
  const part = order
    .filter(({ id }) => kept.has(id))
    .map((revision): GraphRevision => ({
      ...revision,
      revises: revision.revises.filter(isKept),
      dependsOn: revision.dependsOn.filter(isKept),
      needs: revision.needs.filter(isKept),
    }));
  return {
    order: part,
    byId: new Map(part.map((revision) => [revision.id, revision])),
    branches: Map.groupBy(part, (revision) => revision.plugin),
  };
}
