import { heads } from '../../graph/lineage.ts';
import type { Invocation } from '../command.ts';
import { openBlueprint } from '../open-kernel.ts';

/** `kernel migrate:heads`. */
export async function run(invocation: Invocation): Promise<number> {
  const { blueprint } = await openBlueprint(invocation);
  const found = heads(blueprint.graph);
  if (invocation.json) invocation.io.json({ heads: found });
  else for (const id of found) invocation.io.line(id);
  return 0;
}
