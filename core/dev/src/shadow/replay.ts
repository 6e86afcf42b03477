import {
  isolatedScript,
  missingExtensionIn,
  restoreScript,
  serverErrorOf,
  type Session,
} from '@headwater/kernel/internal/database';
import { kernelError, shortMessage, type KernelError } from '@headwater/kernel/internal/errors';
import { isSql, type Revision } from '@headwater/kernel/internal/plugins';
import { sql, type Sql } from '@headwater/kernel/plugin';
import { devError } from '../error/dev-codes.ts';

/** The fields of a revision that a replay needs. */
export type ReplayRevision = Pick<Revision, 'id' | 'up' | 'down'> & {
  /** Default: true. */
  readonly transaction?: boolean;
  readonly file: string | null;
};

/**
 * Runs the `up` of revisions in the given order, each in a separate transaction and in a restored session, exactly as an
 * upgrade runs them. Throws SHADOW_FAILED and EMBEDDED_EXTENSION_MISSING.
 */
export async function replayUp(session: Session, revisions: Iterable<ReplayRevision>): Promise<void> {
  let batch: SqlStep[] = [];
  for (const revision of revisions) {
    const { up, transaction } = revision;
    if (up.kind === 'sql' && transaction !== false) {
      batch.push({ revision, direction: 'up', text: up.text });
      continue;
    }
    await replayBatch(session, batch);
    batch = [];
    if (up.kind === 'sql') await replayStep(session, { revision, direction: 'up', text: up.text });
    else await replayCode(session, revision, 'up', up.run);
  }
  await replayBatch(session, batch);
}

/** Runs the `down` of revisions in reverse order and skips revisions without one. Throws SHADOW_FAILED and EMBEDDED_EXTENSION_MISSING. */
export async function replayDown(session: Session, revisions: readonly ReplayRevision[]): Promise<void> {
  for (const revision of revisions.toReversed()) {
    const { down } = revision;
    if (down?.kind === 'sql') await replayStep(session, { revision, direction: 'down', text: down.text });
    if (down?.kind === 'code') await replayCode(session, revision, 'down', down.run);
  }
}

/** The SQL of a revision in one direction. */
interface SqlStep {
  readonly revision: ReplayRevision;
  readonly direction: 'up' | 'down';
  readonly text: string;
}

/** The server setting that records the progress of a batch. */
const progressSetting = 'headwater.replayed';

/**
 * Runs a batch as one script, since a round trip costs more than a small revision. Each revision has its own
 * transaction.
 */
async function replayBatch(session: Session, steps: readonly SqlStep[]): Promise<void> {
  const [first] = steps;
  if (first === undefined) return;
  if (steps.length === 1) return replayStep(session, first);
  const script = steps.map(({ text }, i) =>
    isolatedScript(text, `perform set_config('${progressSetting}', '${i + 1}', false);`),
  );
  try {
    await session.script(`begin;select set_config('${progressSetting}', '0', false);commit;\n${script.join('\n')}`);
  } catch (error) {
    // The failed transaction has rolled its setting back. Run separately, the revision fails again, with a position in
    // its own SQL.
    const [row] = await session.query<{ done: string }>(`select current_setting('${progressSetting}') as done`);
    const failing = steps[Number(row?.done ?? 0)] ?? first;
    await replayStep(session, failing);
    throw failed(session, error, failing.revision, failing.direction, null);
  }
}

async function replayStep(session: Session, { revision, direction, text }: SqlStep): Promise<void> {
  try {
    await session.script(revision.transaction === false ? text : isolatedScript(text));
  } catch (error) {
    throw failed(session, error, revision, direction, text);
  }
}

type Run = Extract<Revision['up'], { kind: 'code' }>['run'];

async function replayCode(
  session: Session,
  revision: ReplayRevision,
  direction: 'up' | 'down',
  run: Run,
): Promise<void> {
  const query = async <Row>(statement: Sql): Promise<readonly Row[]> => {
    if (!isSql(statement)) throw new Error('it calls `query` with something other than a `sql` template');
    return session.query<Row>(statement.text, statement.values);
  };
  await session.script('begin');
  try {
    await run({ query, sql });
    await session.script(`${restoreScript}commit;`);
  } catch (error) {
    await session.script('rollback').catch(() => {});
    throw failed(session, error, revision, direction, null);
  }
}

function failed(
  session: Session,
  error: unknown,
  { id, file }: ReplayRevision,
  direction: 'up' | 'down',
  text: string | null,
): KernelError {
  const server = serverErrorOf(error);
  const extension = server === null || session.kind !== 'pglite' ? null : missingExtensionIn(server);
  if (extension !== null) {
    const details = { database: session.shown, extension, unfit: null, revision: id, applied: null };
    return kernelError('EMBEDDED_EXTENSION_MISSING', details, { cause: error });
  }
  const location = locate(text, server?.internalPosition ?? server?.position);
  const details = {
    revision: id,
    file,
    direction,
    reason: server?.message ?? shortMessage(error),
    sqlState: server?.code ?? null,
    line: location?.line ?? null,
    column: location?.column ?? null,
    statement: location?.statement ?? null,
  };
  return devError('SHADOW_FAILED', details, { cause: error });
}

/** Returns the line and column of an error position, and the text of that line. */
function locate(
  text: string | null,
  position: number | undefined,
): { readonly line: number; readonly column: number; readonly statement: string } | null {
  if (text === null || position === undefined) return null;
  // PostgreSQL counts characters, JavaScript UTF-16 code units.
  const before = [...text]
    .slice(0, position - 1)
    .join('')
    .split('\n');
  const line = before.length;
  return {
    line,
    column: (before.at(-1) ?? '').length + 1,
    statement: (text.split('\n')[line - 1] ?? '').trim().slice(0, 200),
  };
}
