import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Route } from './route.ts';

/** A file that pages use. */
export interface Asset {
  readonly route: Route;
  /** The address, which contains a hash of the content, so that browsers may keep the file forever. */
  readonly address: string;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads a stylesheet, a script or an SVG of a package, to serve it at `path`.
 *
 * @example
 * const style = readAsset('/rivers/rivers.css', new URL('../assets/rivers.css', import.meta.url));
 * contribute(Routes, style.route);
 */
export function readAsset(path: string, file: URL): Asset {
  const type = types[extname(file.pathname)];
  if (type === undefined) throw new TypeError(`an asset must be one of ${Object.keys(types).join(', ')}, not ${path}`);
  const content = readFileSync(file);
  const headers = { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' };
  return {
    route: { method: 'GET', path, about: 'An asset.', documented: false, handle: () => ({ headers, body: content }) },
    address: `${path}?v=${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`,
  };
}
