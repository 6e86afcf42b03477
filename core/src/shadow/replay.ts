import { isSql, sql, type Sql } from '../contract/sql.ts';
import { serverErrorOf } from '../db/foreign-error.ts';
import type { Session } from '../db/session.ts';
import { firstLine } from '../error/first-line.ts';
import { KernelError, isKernelError } from '../error/kernel-error.ts';
import type { Revision } from '../plugin/revision.ts';

/** What a replay needs of a revision. */
export type Replayed = Pick<Revision, 'id' | 'up' | 'down'> & { readonly file: string | null };

/** Runs the `up` of each in the order given, each in a transaction of its own. Throws SHADOW_FAILED. */
export async function replayUp(session: Session, revisions: Iterable<Replayed>): Promise<void> {
  for (const revision of revisions) await replay(session, revision, 'up');
}

/** Runs the `down` of each, in reverse of the order given. One that has none is passed over. Throws SHADOW_FAILED. */
export async function replayDown(session: Session, revisions: readonly Replayed[]): Promise<void> {
  for (const revision of revisions.toReversed()) await replay(session, revision, 'down');
}

async function replay(session: Session, revision: Replayed, direction: 'up' | 'down'): Promise<void> {
  const body = revision[direction];
  if (body === null) return;
  try {
    if (body.kind === 'sql') await session.script(body.text);
    else await runCode(session, body.run);
  } catch (error) {
    if (isKernelError(error)) throw error;
    throw failed(error, revision, direction, body.kind === 'sql' ? body.text : null);
  }
}

async function runCode(session: Session, run: Extract<Revision['up'], { kind: 'code' }>['run']): Promise<void> {
  const query = async <Row>(statement: Sql): Promise<readonly Row[]> => {
    if (!isSql(statement)) throw new Error('it gives `query` something that is not made by `sql`');
    return session.query<Row>(statement.text, statement.values);
  };
  await session.script('begin');
  try {
    await run({ query, sql });
    await session.script('commit');
  } catch (error) {
    await session.script('rollback').catch(() => {});
    throw error;
  }
}

function failed(error: unknown, { id, file }: Replayed, direction: 'up' | 'down', text: string | null): KernelError {
  const server = serverErrorOf(error);
  const place = placeIn(text, server?.position);
  const details = {
    revision: id,
    file,
    direction,
    reason: server?.message ?? firstLine(error),
    sqlState: server?.code ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    statement: place?.statement ?? null,
  };
  return new KernelError('SHADOW_FAILED', details, { cause: error });
}

/** The line on which the server stopped reading, and how far into it. */
function placeIn(
  text: string | null,
  position: number | undefined,
): { readonly line: number; readonly column: number; readonly statement: string } | null {
  if (text === null || position === undefined) return null;
  // PostgreSQL counts characters, JavaScript UTF-16 units.
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
