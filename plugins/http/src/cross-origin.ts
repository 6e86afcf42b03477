import { HttpError } from './problem.ts';
import type { RouteRequest } from './request.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Rejects a request that changes something and that a browser sends on behalf of another site. Browsers state the origin
 * of such requests themselves, in headers that no script can set; other clients send neither header and are not attacked
 * this way. `host` is the host that the client addressed.
 */
export function assertSameOrigin({ method, headers }: Pick<RouteRequest, 'method' | 'headers'>, host: string): void {
  if (safe.has(method)) return;
  const { 'sec-fetch-site': site, origin } = headers;
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && (origin === undefined || URL.parse(String(origin))?.host === host)) return;
  throw new HttpError(403, 'the request comes from another site');
}
