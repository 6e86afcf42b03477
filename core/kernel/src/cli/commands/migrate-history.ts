import type { GraphRevision } from '../../graph/graph-revision.ts';
import { toMermaid } from '../../graph/mermaid.ts';
import type { RevisionGraph } from '../../graph/revision-graph.ts';
import type { Branch, KnownRevision } from '../../migrate/branch-status.ts';
import { graphOfPlugins } from '../../migrate/revision-set.ts';
import { entriesOf, readBranches, selectBranches } from '../../open/history.ts';
import type { PluginSet } from '../../plugin/plugin-set.ts';
import type { Command } from '../command.ts';
import type { Colors } from '../colors.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:history [plugin]`. */
export const migrateHistory: Command = {
  about:
    'Lists each branch from its base to its head, with the revisions of other branches that each one depends on, and ' +
    'whether it is applied. Dormant branches are read from the ledger.',
  arguments: [{ name: 'plugin', about: 'only this branch', complete: 'branch' }],
  options: [
    { flag: 'mermaid', about: 'print a Mermaid graph' },
    { flag: 'offline', about: 'do not connect: list only the revisions in the code' },
  ],
  examples: [
    { line: 'kernel migrate:history likes', about: 'one branch' },
    { line: 'kernel migrate:history --offline --mermaid', about: 'draw all branches, for a README' },
  ],
  exits: [{ code: 20, about: 'the database cannot be reached, and --offline was not given' }],
  async run({ operands: [plugin], switches }, context) {
    return withProject(context, async (project) => {
      const all = await readBranches(project, 'history', { offline: switches.has('offline') });
      const branches = selectBranches(all, plugin);
      if (switches.has('mermaid')) {
        const mermaid = drawing(await project.pluginSet(), all, plugin);
        return { json: { mermaid }, text: () => mermaid };
      }
      return {
        json: { revisions: entriesOf(branches) },
        text: (colors) => branches.map((branch) => explainBranch(branch, colors)).join('\n\n'),
      };
    });
  },
};

function explainBranch({ plugin, active, revisions }: Branch, colors: Colors): string {
  const head = active === null ? 'dormant: its plugin is not active' : `${active.package} ${active.version}`;
  const lines = revisions.flatMap((revision) => [
    `  ${stateLabel(revision, colors)}${revision.id}${revision.breaking ? '  (breaking)' : ''}`,
    ...revision.dependsOn.map((id) => colors.dim(`${' '.repeat(revision.state === null ? 6 : 15)}after ${id}`)),
  ]);
  return [`${colors.bold(plugin)}  ${head}`, ...(lines.length === 0 ? ['  no revisions'] : lines)].join('\n');
}

function stateLabel({ state }: KnownRevision, colors: Colors): string {
  if (state === null) return '';
  const word = state.padEnd(9);
  return state === 'applied' ? colors.green(word) : state === 'pending' ? colors.bold(word) : colors.yellow(word);
}

/** Draws the graph. If `only` is given, draws just that branch and the revisions that it depends on. */
function drawing(set: PluginSet, branches: readonly Branch[], only: string | undefined): string {
  const known = branches.flatMap(({ revisions }) => revisions);
  const graph = graphOfPlugins(
    set,
    known.flatMap(({ shipped, row }) => (shipped === null && row !== null ? [row] : [])),
  );
  // Without the ledger it is unknown which revisions are pending.
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
