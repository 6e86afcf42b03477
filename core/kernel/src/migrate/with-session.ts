import type { DatabaseTarget } from '../config/config.ts';
import { serverErrorOf, serverState } from '../db/foreign-error.ts';
import { openSession, type Session } from '../db/session.ts';
import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';

/**
 * Opens the database for as long as `run` takes. Throws what {@link openSession} throws, and what a driver throws while
 * `run` reads as {@link explainForeign} puts it.
 */
export async function withSession<T>(target: DatabaseTarget, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(target);
  try {
    return await run(session);
  } catch (error) {
    throw explainForeign(error, session);
  } finally {
    await session.close().catch(() => {});
  }
}

/**
 * An error that came out of a session outside any revision, as DATABASE_PRIVILEGE or DATABASE_UNREACHABLE where it is
 * one; else as it is.
 */
export function explainForeign(error: unknown, session: Session): unknown {
  if (isKernelError(error)) return error;
  const { shown: database, user } = session;
  const server = serverErrorOf(error);
  if (server?.code === serverState.insufficientPrivilege) {
    const details = { database, user, missing: server.message, revision: null };
    return kernelError('DATABASE_PRIVILEGE', details, { cause: error });
  }
  // The server ended the connection (57P…), or what was between went away (class 08).
  if (session.lost || /^(?:57P|08)/.test(server?.code ?? '')) {
    return kernelError('DATABASE_UNREACHABLE', { database, reason: shortMessage(error) }, { cause: error });
  }
  return error;
}
