import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { emptyDatabase, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { UpgradeLimits } from '../../src/config/config.ts';
import type { RevisionCode } from '../../src/contract/define-revision.ts';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import type { KernelError } from '../../src/error/kernel-error.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import type { Goal } from '../../src/migrate/initial-plan.ts';
import { migrate, type MigrationOptions } from '../../src/migrate/migrate.ts';
import type { RunStep } from '../../src/run/run-context.ts';
// Normally loaded only when something is pending. Some tests measure milliseconds, so it is loaded up front.
import '../../src/run/run-steps.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import type { Revision, RevisionBody } from '../../src/plugin/revision.ts';

/** Time limits that let a test fail quickly. */
export const settings: UpgradeLimits = {
  lockWait: 20,
  lockTimeout: 3,
  retryFor: 20,
  statementTimeout: 0,
  codeTimeout: 20,
  responseTimeout: 20,
};

/** The fields of a revision that a test specifies. The others have defaults. */
export interface Sketch {
  readonly id: string;
  readonly revises?: string | null;
  readonly dependsOn?: readonly string[];
  readonly up: string | RevisionCode;
  readonly down?: string | RevisionCode;
  readonly transaction?: boolean;
  readonly check?: string;
  readonly breaking?: boolean;
  readonly replaces?: readonly string[];
}

/** Returns a revision like one that was loaded from a file. */
export function revision(sketch: Sketch): Revision {
  const [plugin = '', slug = ''] = sketch.id.split('@');
  return {
    id: sketch.id,
    plugin,
    slug,
    revises: sketch.revises === undefined || sketch.revises === null ? [] : [sketch.revises],
    dependsOn: sketch.dependsOn ?? [],
    up: bodyOf(sketch.up),
    down: sketch.down === undefined ? null : bodyOf(sketch.down),
    transaction: sketch.transaction ?? true,
    check: sketch.check ?? null,
    breaking: sketch.breaking ?? false,
    replaces: sketch.replaces ?? [],
    raw: `r1:${createHash('sha256').update(JSON.stringify(sketch)).digest('hex').slice(0, 32)}`,
    since: null,
    dependsOnSince: {},
    file: `${plugin}/migrations/${slug}.ts`,
  };
}

function bodyOf(body: string | RevisionCode): RevisionBody {
  return typeof body === 'string' ? { kind: 'sql', text: body } : { kind: 'code', version: 1, run: body };
}

/** Returns a branch `name@0001`, `name@0002`, … with the given statements. */
export function branch(name: string, ...statements: readonly string[]): readonly Revision[] {
  const id = (n: number): string => `${name}@${String(n).padStart(4, '0')}`;
  return statements.map((up, i) => revision({ id: id(i + 1), revises: i === 0 ? null : id(i), up }));
}

/** A migration goal that is defined by steps instead of a graph. */
export interface Steps
  extends Partial<Pick<MigrationOptions, 'settings' | 'observer'>>, Partial<Pick<Goal, 'kind' | 'upToDate'>> {
  /** The revisions that the code knows. */
  readonly known: readonly Revision[];
  /** The steps to run, given the ids in the ledger. */
  readonly plan: (applied: ReadonlySet<string>) => readonly RunStep[];
}

/** The result of {@link runSteps}. */
export interface Outcome {
  readonly runId: string;
  readonly applied: readonly RunStep[];
  readonly error: KernelError | null;
}

/** Runs steps as a migration does, from the first reading of the ledger to its end. Also returns early refusals. */
export async function runSteps(session: Session, { known, plan, ...options }: Steps): Promise<Outcome> {
  const packages = new Map(['core', ...known.map(({ plugin }) => plugin)].map((name) => [name, `plugin-${name}`]));
  const plugins = Array.from(packages, ([name, from]) => ({
    name,
    package: from,
    version: '1.0.0',
    directory: '/nowhere',
    from: 'sources' as const,
    entry: '/nowhere/index.ts',
    requires: [],
    depth: 0,
    revisions: [],
    openTables: [],
  }));
  const pluginSet = { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
  const revisions = new Map(known.map((one) => [one.id, one]));
  const revisionSet = { pluginSet, graph: revisionGraph([]), revisions, packages };
  const { kind = 'upgrade', upToDate = null, settings: limits = settings, observer = {} } = options;
  try {
    return await migrate(
      { session, revisionSet, settings: limits, observer },
      {
        kind,
        upToDate,
        resolve: () => null,
        plan: ({ history }) => ({
          steps: plan(history.applied).map((step) => ({ ...step, plugin: step.id.slice(0, step.id.indexOf('@')) })),
        }),
      },
    );
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { runId: '', applied: [], error };
  }
}

/** Applies the revisions that the ledger lacks, in the given order. */
export function upgrade(
  session: Session,
  revisions: readonly Revision[],
  options: Partial<Omit<Steps, 'known' | 'plan'>> = {},
): Promise<Outcome> {
  return runSteps(session, {
    known: revisions,
    plan: (there) => revisions.flatMap(({ id }) => (there.has(id) ? [] : [{ id, direction: 'up' }])),
    ...options,
  });
}

/**
 * Reverts `steps` if the ledger has them. `revision` is `null` if the package was uninstalled; `others` are further
 * revisions that the code knows.
 */
export function downgrade(
  session: Session,
  steps: readonly { readonly id: string; readonly revision: Revision | null }[],
  others: readonly Revision[] = [],
): Promise<Outcome> {
  return runSteps(session, {
    known: [...others, ...steps.flatMap(({ revision: one }) => one ?? [])],
    plan: (there) => steps.flatMap(({ id }) => (there.has(id) ? [{ id, direction: 'down' }] : [])),
  });
}

/** The ids in the ledger, in the order in which they were applied. */
export async function applied(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ id: string }>(
    `select plugin || '@' || slug as id from kernel.ledger order by seq`,
  );
  return rows.map((row) => row.id);
}

/** Whether a relation of that name exists. */
export async function exists(session: Session, relation: string): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>('select to_regclass($1) is not null as found', [relation]);
  return row?.found === true;
}

/** Returns the session, recording every text that is sent. */
export function counted(session: Session): { readonly session: Session; readonly calls: string[] } {
  const calls: string[] = [];
  const counting: Session = {
    ...session,
    script: (text, onNotice) => (calls.push(text), session.script(text, onNotice)),
    query: (text, values) => (calls.push(text), session.query(text, values)),
  };
  return { session: counting, calls };
}

/**
 * Gives each test a session on an empty database. On PostgreSQL, each test has its own database. PGlite takes a second
 * to start, so the tests of a file share one engine, which is emptied between them.
 */
export function sessionPerTest(kind: DatabaseKind): () => Session {
  let session: Session | null = null;
  beforeEach(async () => {
    if (session !== null && kind === 'pglite') {
      await session.script('drop schema if exists kernel cascade; drop schema public cascade; create schema public');
      return;
    }
    session = await openSession(kind === 'pglite' ? inMemory : await emptyDatabase(kind));
  });
  afterEach(async () => {
    if (kind === 'postgres') await session?.close();
  });
  afterAll(async () => {
    if (kind === 'pglite') await session?.close();
  });
  return () => {
    if (session === null) throw new Error('there is only a session while a test runs');
    return session;
  };
}

const inMemory = { kind: 'pglite', directory: null, shown: 'pglite://' } as const;
