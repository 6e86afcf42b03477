import { mermaidOf } from '../../graph/mermaid.ts';
import type { RevisionGraph } from '../../graph/revision-graph.ts';
import { KernelError } from '../../error/kernel-error.ts';
import { nearest } from '../../error/nearest.ts';
import { readState } from '../../kernel/state.ts';
import { columns } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { openBlueprint, withSession } from '../open-kernel.ts';

/** `kernel migrate:history [plugin]`. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.flag('offline')) {
    const { blueprint } = await openBlueprint(invocation);
    return print(invocation, blueprint.graph, null);
  }
  return withSession(invocation, async ({ blueprint, session }) => {
    const { graph, history } = await readState(session, blueprint);
    return print(invocation, graph, history.applied);
  });
}

/** `applied` is `null` where nobody asked the database. */
function print(
  { io, args, json, flag }: Invocation,
  graph: RevisionGraph,
  applied: ReadonlySet<string> | null,
): number {
  const [plugin] = args;
  if (plugin !== undefined && !graph.branches.has(plugin)) {
    const close = nearest(plugin, [...graph.branches.keys()]);
    throw new KernelError('TARGET_UNKNOWN', {
      target: plugin,
      reason: 'no plugin of that name has revisions here',
      nearest: close,
    });
  }
  if (flag('mermaid')) {
    io.line(mermaidOf(graph, applied ?? graph.byId.keys()));
    return 0;
  }
  const revisions = graph.order
    .filter((revision) => plugin === undefined || revision.plugin === plugin)
    .map(({ id, plugin: name, revises, dependsOn, dormant }) => ({
      id,
      plugin: name,
      revises,
      dependsOn,
      state: dormant ? 'dormant' : applied === null ? null : applied.has(id) ? 'applied' : 'pending',
    }));
  if (json) {
    io.json({ revisions });
    return 0;
  }
  const marks = {
    dormant: io.style('yellow', 'dormant'),
    applied: io.style('green', 'applied'),
    pending: 'pending',
  } as const;
  const rows = revisions.map(({ id, dependsOn, state }) => [
    state === null ? '' : marks[state === 'dormant' || state === 'applied' ? state : 'pending'],
    id,
    dependsOn.length === 0 ? '' : `needs ${dependsOn.join(', ')}`,
  ]);
  for (const line of columns(rows)) io.line(line.trimStart());
  return 0;
}
