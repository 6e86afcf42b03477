import type { Session } from '@headwater/kernel/internal/database';

/** Returns a session that behaves like `session`, except for `overrides`. */
export function overrideSession<S extends Session>(session: S, overrides: Partial<S>): S {
  // Inherits instead of copying, since some fields of a session change while it is open.
  const overridden: unknown = Object.create(session, Object.getOwnPropertyDescriptors(overrides));
  return overridden as S;
}
