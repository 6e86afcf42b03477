import { appliedHeads } from '../../graph/lineage.ts';
import { readState } from '../../kernel/state.ts';
import type { Invocation } from '../command.ts';
import { withSession } from '../open-kernel.ts';

/** `kernel migrate:current`. */
export function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  return withSession(invocation, async ({ blueprint, session }) => {
    const { graph, history } = await readState(session, blueprint);
    const current = appliedHeads(graph, history.applied);
    const dormant = new Set(history.dormant.map((row) => row.id));
    if (json) {
      io.json({ current, dormant: current.filter((id) => dormant.has(id)) });
      return 0;
    }
    for (const id of current) io.line(dormant.has(id) ? `${id}  ${io.style('yellow', '(dormant)')}` : id);
    if (current.length === 0) io.line('Nothing is applied.');
    return 0;
  });
}
