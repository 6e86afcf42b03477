import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Route } from '@headwater/plugin-http';
import type { LayoutOptions } from './layout.ts';

/** The files that every page uses. */
export interface Assets {
  readonly routes: readonly Route[];
  /** Addresses that contain a hash of the content, so that browsers may keep the files forever. */
  readonly addresses: LayoutOptions['assets'];
}

/** Reads the assets of this package. */
export function readAssets(): Assets {
  const style = readAsset('site.css', 'text/css; charset=utf-8', 'The stylesheet.');
  const script = readAsset(
    'site.js',
    'text/javascript; charset=utf-8',
    'The script, without which every page works too.',
  );
  const icon = readAsset('icon.svg', 'image/svg+xml', 'The icon.');
  return {
    routes: [style.route, script.route, icon.route],
    addresses: { style: style.address, script: script.address, icon: icon.address },
  };
}

function readAsset(file: string, type: string, about: string): { readonly route: Route; readonly address: string } {
  const content = readFileSync(new URL(`../assets/${file}`, import.meta.url));
  const path = `/assets/${file}`;
  const headers = { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' };
  return {
    route: { method: 'GET', path, about, documented: false, handle: () => ({ headers, body: content }) },
    address: `${path}?v=${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`,
  };
}
