import type { Session } from './session.ts';

/** The error with which a call fails that exceeds its limit. */
export class ResponseTimeout extends Error {
  constructor(seconds: number) {
    super(`the server did not answer within ${seconds} s`);
  }
}

/**
 * Returns `session` with a limit on the time that the server may take to answer. Without one, a call on a connection
 * that goes silent would never return. Each call may pass its own `limit`; the default is `seconds`, and 0 means no
 * limit. A call that exceeds its limit breaks the connection and fails as if the connection had been lost. The embedded
 * database needs no limit, since it always answers.
 */
export function limitResponses(session: Session, seconds: number): Session {
  if (session.kind === 'pglite') return session;
  const within = async <T>(limit: number, answer: Promise<T>): Promise<T> => {
    if (limit === 0) return answer;
    const timer = setTimeout(() => session.abandon(new ResponseTimeout(limit)), limit * 1000);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    ...session,
    // A session that only forwards to another has no fields to copy.
    schemas: session.schemas,
    applicationName: session.applicationName,
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
