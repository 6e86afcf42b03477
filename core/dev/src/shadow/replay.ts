import { devError } from '../error/dev-codes.ts';
import { sql, type Sql } from '@headwater/kernel/plugin';
import { firstLine, isSql, serverErrorOf, type KernelError, type Revision, type Session } from '@headwater/kernel/internal';

/** What a replay needs of a revision. */
export type Replayed = Pick<Revision, 'id' | 'up' | 'down'> & {
  /** Default: true. */
  readonly transaction?: boolean;
  readonly file: string | null;
};

/** Runs the `up` of each in the order given, each in a transaction of its own. Throws SHADOW_FAILED. */
export async function replayUp(session: Session, revisions: Iterable<Replayed>): Promise<void> {
  let together: TextOf[] = [];
  for (const revision of revisions) {
    const { up, transaction } = revision;
    if (up.kind === 'sql' && transaction !== false) {
      together.push({ revision, direction: 'up', text: up.text });
      continue;
    }
    await runTogether(session, together);
    together = [];
    if (up.kind === 'sql') await runTogether(session, [{ revision, direction: 'up', text: up.text }]);
    else await runCode(session, revision, 'up', up.run);
  }
  await runTogether(session, together);
}

/** Runs the `down` of each, in reverse of the order given. One that has none is passed over. Throws SHADOW_FAILED. */
export async function replayDown(session: Session, revisions: readonly Replayed[]): Promise<void> {
  for (const revision of revisions.toReversed()) {
    const { down } = revision;
    if (down?.kind === 'sql') await runTogether(session, [{ revision, direction: 'down', text: down.text }]);
    if (down?.kind === 'code') await runCode(session, revision, 'down', down.run);
  }
}

/** A revision's SQL in one direction. */
interface TextOf {
  readonly revision: Replayed;
  readonly direction: 'up' | 'down';
  readonly text: string;
}

/** The setting in which the server keeps how far a script has come. */
const marker = 'headwater.replayed';

/** One script for many revisions, since a call costs more than a small revision does; each is in its own transaction. */
async function runTogether(session: Session, texts: readonly TextOf[]): Promise<void> {
  const [first] = texts;
  if (first === undefined) return;
  if (texts.length === 1) return runAlone(session, first);
  const script = texts.map(
    ({ text }, i) => `begin;\n${text}\n;select set_config('${marker}', '${i + 1}', false);commit;`,
  );
  try {
    await session.script(`select set_config('${marker}', '0', false);\n${script.join('\n')}`);
  } catch (error) {
    // The setting is rolled back with the transaction that failed. Alone it fails again, with a place in its own text.
    const [row] = await session.query<{ done: string }>(`select current_setting('${marker}') as done`);
    const failing = texts[Number(row?.done ?? 0)] ?? first;
    await runAlone(session, failing);
    throw failed(error, failing.revision, failing.direction, null);
  }
}

async function runAlone(session: Session, { revision, direction, text }: TextOf): Promise<void> {
  try {
    await session.script(text);
  } catch (error) {
    throw failed(error, revision, direction, text);
  }
}

type Run = Extract<Revision['up'], { kind: 'code' }>['run'];

async function runCode(session: Session, revision: Replayed, direction: 'up' | 'down', run: Run): Promise<void> {
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
    throw failed(error, revision, direction, null);
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
  return devError('SHADOW_FAILED', details, { cause: error });
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
