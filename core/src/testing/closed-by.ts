import type { Session } from '../db/session.ts';

/** The same session, which does something else when it is closed. */
export function closedBy(session: Session, close: () => Promise<void>): Session {
  // All but `close` is the session's own, by inheritance, since some of it changes while it is open.
  const lent: unknown = Object.create(session, { close: { value: close } });
  return lent as Session;
}
