import type { Get } from '@headwater/kernel/plugin';
import { HttpError, type Guard, type RouteRequest } from '@headwater/plugin-http';
import type { FormField, Identity, SiteUser } from '@headwater/plugin-site';
import type { AccountsOptions } from './options.ts';
import { Permissions, permissionsOf } from './permissions.ts';
import { RateLimits } from './rate-limits.ts';
import { Sessions, formToken, isFormToken } from './sessions.ts';

/** With this prefix, browsers accept the cookie from this host alone, and only over an encrypted connection. */
export function cookieName({ isSecure }: Pick<RouteRequest, 'isSecure'>): string {
  return isSecure ? '__Host-session' : 'session';
}

/** Returns the token of the session that the browser claims to have. */
export function sessionTokenOf(request: RouteRequest): string | null {
  return request.cookies[cookieName(request)] ?? null;
}

/** Recognizes users by their sessions. */
export function sessionIdentity(get: Get): Identity {
  const find = async (request: RouteRequest): Promise<SiteUser | null> => {
    const sessionToken = sessionTokenOf(request);
    const user = sessionToken === null ? null : await get(Sessions).userOf(sessionToken);
    if (user === null) return null;
    const permissions = get.all(Permissions).map(({ item }) => item);
    return { id: user.id, name: user.name, permissions: permissionsOf(user.role, permissions) };
  };
  return { of: (request) => request.once(sessionIdentity, () => find(request)) };
}

/** Adds the token of the session to every form. */
export const formTokenField: FormField = {
  of(request) {
    const sessionToken = sessionTokenOf(request);
    return sessionToken === null ? null : { name: 'token', value: formToken(sessionToken) };
  },
};

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Rejects forged forms. Other sites can make a browser send a form, with the session's cookie. They cannot make it send
 * JSON, which needs a permission that the server never gives. So a form must contain the token of the session. A form
 * without a session, such as a sign-in, must come from a browser that states that the form is ours: the server has
 * rejected all others already.
 */
export const forgeryGuard: Guard = {
  check(request) {
    const { method, headers, fields } = request;
    const [type = ''] = String(headers['content-type'] ?? '').split(';');
    const isForm = method === 'POST' && type.trim().toLowerCase() !== 'application/json';
    if (!isForm) return;
    const sessionToken = sessionTokenOf(request);
    if (sessionToken === null) {
      if (headers['sec-fetch-site'] !== undefined || headers['origin'] !== undefined) return;
      throw new HttpError(403, 'the form does not state the page that it comes from; programs send JSON to /api');
    }
    if (!isFormToken(sessionToken, fields['token'])) {
      throw new HttpError(403, 'the form is not from this session; open its page again');
    }
  },
};

/** Limits the changes that a user makes. */
export function changeLimit(get: Get, identity: Identity, { changesPerMinute }: AccountsOptions): Guard {
  return {
    async check(request) {
      if (safe.has(request.method)) return;
      const user = await identity.of(request);
      if (user === null) return;
      await get(RateLimits).take(`change:${user.id}`, { attempts: changesPerMinute, seconds: 60 });
    },
  };
}
