import type { DatabaseTarget } from '../config/config.ts';
import { explainSessionError } from './explain-session-error.ts';
import { limitResponses } from './limit-responses.ts';
import { openSession, type Session } from './session.ts';

/**
 * Opens a session for the duration of `run`. Each answer may take `responseTimeout` seconds (see {@link
 * limitResponses}); by default there is no limit. Throws the errors of {@link openSession}. Errors that `run` throws are converted by {@link
 * explainSessionError}.
 */
export async function withSession<T>(
  target: DatabaseTarget,
  run: (session: Session) => Promise<T>,
  responseTimeout = 0,
): Promise<T> {
  const session = limitResponses(await openSession(target), responseTimeout);
  try {
    return await run(session);
  } catch (error) {
    throw explainSessionError(error, session);
  } finally {
    await session.close().catch(() => {});
  }
}
