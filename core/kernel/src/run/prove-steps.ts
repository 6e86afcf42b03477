import type { Ledger } from '../ledger/ledger.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';
import type { RunnableStep } from './batches.ts';
import type { RunContext } from './run-context.ts';

/**
 * Proves from their text which of the steps touch nothing that their plugins do not own, and finds their effects. A
 * built plugin brings its proofs along; if that is enough, not even the parser is loaded. The ledger must exist.
 */
export async function proveSteps(
  run: RunContext,
  steps: readonly RunnableStep[],
  { rows }: Ledger,
): Promise<readonly RunnableStep[]> {
  if (steps.every(({ proven }) => proven)) return steps;
  const { proveText } = await import('../ownership/static-proof.ts');
  const { applyEffects } = await import('../ownership/revision-effects.ts');
  const schema = trackedSchema(rows.length === 0 ? new Map() : await run.owners.read());
  /** The plugins with earlier steps whose effects are not yet known. */
  const unknown = new Set<string>();
  const proven: RunnableStep[] = [];
  for (const step of steps) {
    const plugin = step.id.slice(0, step.id.indexOf('@'));
    const author = { id: step.id, plugin };
    const body = step.direction === 'up' ? step.revision?.up : step.revision?.down;
    if (step.proven) {
      if (step.effects !== null) applyEffects(schema, step.effects, author);
      proven.push(step);
    } else if (body?.kind === 'sql') {
      const proof = await proveText(body.text, { schema, author, knowsAll: true, hidesCode: unknown.has(plugin) });
      if (!proof.proven) unknown.add(plugin);
      proven.push({ ...step, proven: proof.proven, effects: step.direction === 'up' ? proof.effects : null });
    } else {
      unknown.add(plugin);
      proven.push(step);
    }
  }
  return proven;
}
