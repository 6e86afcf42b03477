import type { DatabaseTarget } from '../config/config.ts';
import { explainSessionError } from './explain-session-error.ts';
import { openSession, type Session } from './session.ts';

/**
 * Opens a session for the duration of `run`. Throws the errors of {@link openSession}. Errors that `run` throws are
 * converted by {@link explainSessionError}.
 */
export async function withSession<T>(target: DatabaseTarget, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(target);
  try {
    return await run(session);
  } catch (error) {
    throw explainSessionError(error, session);
  } finally {
    await session.close().catch(() => {});
  }
}
