import type { Session } from './session.ts';

/**
 * Returns `session` with a limit on the time that the server takes to answer: a connection that goes silent would
 * otherwise never end. The limit of a call is its `limit`, by default `seconds`; 0 means no limit. At the limit the
 * connection is broken, so the call fails like one whose connection was lost. The embedded database always answers.
 */
export function limitResponses(session: Session, seconds: number): Session {
  if (session.kind === 'pglite') return session;
  const within = async <T>(limit: number, answer: Promise<T>): Promise<T> => {
    if (limit === 0) return answer;
    const timer = setTimeout(
      () => session.abandon(new Error(`the server did not answer within ${limit} s`)),
      limit * 1000,
    );
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    ...session,
    get pid() {
      return session.pid;
    },
    get lost() {
      return session.lost;
    },
    script: (text, onNotice, limit = seconds) => within(limit, session.script(text, onNotice, limit)),
    query: (text, values, limit = seconds) => within(limit, session.query(text, values, limit)),
    async sibling() {
      const sibling = await session.sibling();
      return sibling === null ? null : limitResponses(sibling, seconds);
    },
  };
}
