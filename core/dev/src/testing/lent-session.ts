import type { Session } from '@headwater/kernel/internal';

/** A session with something of its own in place of what the session it was made of has. */
export function lentSession<S extends Session>(session: S, own: Partial<S>): S {
  // By inheritance, not as a copy: some of a session changes while it is open.
  const lent: unknown = Object.create(session, Object.getOwnPropertyDescriptors(own));
  return lent as S;
}
