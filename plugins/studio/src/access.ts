import { createHash, timingSafeEqual } from 'node:crypto';
import { contributionPoint } from '@headwater/kernel/plugin';
import type { Permission } from '@headwater/plugin-accounts';
import { HttpError, type RouteRequest } from '@headwater/plugin-http';
import type { Identity } from '@headwater/plugin-site';
import type { StudioOptions } from './options.ts';

/** The permission to see Studio, which the role `admin` has. */
export const studioPermission: Permission = { name: 'studio.see', about: 'See Studio.', role: 'admin' };

// By name, since both plugins are optional.
export const Permissions = contributionPoint<Permission>('accounts.permissions');
const Identities = contributionPoint<Identity>('site.identities');

/** Who sees Studio. */
export interface Access {
  readonly options: StudioOptions;
  /** Whether this is development. */
  readonly isOpen: boolean;
}

/** Returns who sees Studio. `environment` is the value of NODE_ENV. */
export function accessFor(options: StudioOptions, environment: string | undefined): Access {
  const isDevelopment = [undefined, '', 'development', 'test'].includes(environment);
  return { options, isOpen: options.open ?? isDevelopment };
}

/** Returns whether the sender of a request may see Studio. */
export async function maySee(request: RouteRequest, { options, isOpen }: Access): Promise<boolean> {
  if (isOpen && isFromThisComputer(request)) return true;
  if (options.token !== undefined && isSame(givenToken(request), options.token)) return true;
  for (const { item } of request.get.all(Identities)) {
    const user = await item.of(request);
    if (user !== null) return user.permissions.has(studioPermission.name);
  }
  return false;
}

/**
 * Throws the error for those who may not see Studio. Without a token there is nothing to ask for, so the answer is the
 * one for an address that does not exist.
 */
export function refuse({ options }: Access): never {
  if (options.token === undefined) throw new HttpError(404, 'there is nothing at this address');
  throw new HttpError(401, 'Studio needs its token: as the password of any user, or as a bearer token', {
    headers: { 'www-authenticate': 'Basic realm="Studio", charset="UTF-8"' },
  });
}

const localName = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Whether a browser on this computer addressed the server by a local name. The page of another site cannot do so under
 * a name of its own (DNS rebinding), and a reverse proxy says that it forwards.
 */
function isFromThisComputer({ ip, headers }: RouteRequest): boolean {
  const isLocal = ip === '::1' || /^(?:::ffff:)?127\./.test(ip);
  const { host } = headers;
  if (!isLocal || typeof host !== 'string' || !localName.test(host)) return false;
  return forwardingHeaders.every((name) => headers[name] === undefined);
}

/** Returns the token in the header `authorization`; empty if there is none. */
function givenToken({ headers }: RouteRequest): string {
  const [scheme = '', value = ''] = String(headers['authorization'] ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Compares in constant time. Hashes have the same length, which the function requires. */
function isSame(given: string, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
