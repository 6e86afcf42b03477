import { parseEffects } from '../ownership/effects-json.ts';
import { usualSchemas } from '../config/schemas.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { schemaOf, type Touch } from '../ownership/rule-book.ts';
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
  const { tables, ledger } = run.session.schemas;
  // A build proves what a text does where the tables are in `public` and the ledger in `kernel`. A text that names
  // these schemas, where only the server sees it, does something else elsewhere.
  const isUsual = tables === usualSchemas.tables && ledger === usualSchemas.ledger;
  const given = isUsual ? steps : steps.map((step) => ({ ...step, proven: false }));
  if (given.every(({ proven }) => proven)) return given;
  const before = rows.length === 0 ? undefined : await run.owners.read();
  return proveAll(given, { before, ledger, isElsewhere: (touches) => isElsewhere(run, touches) });
}

/** What is known about the database of a proof. */
export interface ProvenDatabase {
  /** The objects that exist before the steps. Default: none. */
  readonly before?: TrackedObjects | undefined;
  /** The schema of the ledger. Default: `kernel`. */
  readonly ledger?: string;
  /** Whether something is in a schema of another application. Default: there is no other. */
  readonly isElsewhere?: (touches: readonly Touch[]) => Promise<boolean>;
}

/** Proves steps like {@link proveSteps}. */
export async function proveAll(
  steps: readonly RunnableStep[],
  { before, ledger, isElsewhere: isTaken = async () => false }: ProvenDatabase = {},
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
      if (step.effects !== null) applyEffects(schema, parseEffects(step.effects), author);
      proven.push(step);
    } else if (body?.kind === 'sql') {
      const proof = await proveText(body.text, {
        schema,
        author,
        knowsAll: true,
        hidesCode: unknown.has(plugin),
        ledger,
      });
      if (!proof.proven) unknown.add(plugin);
      const isProven = proof.proven && !(await isTaken(proof.touches));
      const isUp = step.direction === 'up';
      const effects = isUp && proof.effects !== null ? JSON.stringify(proof.effects) : null;
      proven.push({ ...step, proven: isProven, keepsSession: isProven && proof.keepsSession, effects });
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

/** Whether a text names a schema of another application, which only the database knows. */
async function isElsewhere(run: RunContext, touches: readonly Touch[]): Promise<boolean> {
  const schemas = touches.flatMap(({ object }) => schemaOf(object) ?? []);
  if (schemas.length === 0) return false;
  const reserved = await run.reserved();
  return schemas.some((schema) => reserved(schema) !== null);
}
