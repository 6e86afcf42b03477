import { kernelError } from '../error/kernel-codes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import type { TrackedObjects } from '../sql/tracked-object.ts';
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
  return proveAll(steps, rows.length === 0 ? undefined : await run.owners.read());
}

/** Proves steps like {@link proveSteps}, given the objects that exist before them. Default: none. */
export async function proveAll(
  steps: readonly RunnableStep[],
  before?: TrackedObjects,
): Promise<readonly RunnableStep[]> {
  const { proveText } = await import('../ownership/static-proof.ts');
  const { applyEffects } = await import('../ownership/revision-effects.ts');
  const schema = trackedSchema(before);
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

/**
 * Refuses a step that visibly touches what its plugin does not own, for steps whose effects nobody will observe. `steps`
 * begin with `applied` revisions, which are only read. Throws OWNERSHIP_VIOLATED.
 */
export async function assertVisiblyOwn(
  steps: readonly RunnableStep[],
  applied: number,
  plugins: readonly Pick<Plugin, 'name' | 'openTables'>[],
): Promise<void> {
  if (steps.slice(applied).every(({ proven }) => proven)) return;
  const { proveText } = await import('../ownership/static-proof.ts');
  const { notAllowedIn, violationsOf } = await import('../ownership/rule-book.ts');
  const openTables = new Map(plugins.map(({ name, openTables: tables }) => [name, new Set(tables)]));
  const schema = trackedSchema();
  for (const [i, { id, revision, direction, proven }] of steps.entries()) {
    const body = revision?.[direction];
    if (revision === null || body?.kind !== 'sql') continue;
    const { plugin } = revision;
    const objects = new Map(i < applied || proven ? [] : schema.objects);
    const { touches } = await proveText(body.text, { schema, author: { id, plugin }, knowsAll: true, hidesCode: true });
    if (i < applied || proven) continue;
    const violations = notAllowedIn(body.text, violationsOf(touches, { objects, plugin, openTables }));
    if (violations.length > 0) {
      throw kernelError('OWNERSHIP_VIOLATED', { revision: id, plugin, direction, violations, ran: false, applied: [] });
    }
  }
}
