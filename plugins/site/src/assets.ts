import { readAsset, type Asset, type Route } from '@headwater/plugin-http';
import type { LayoutOptions } from './layout.ts';

/** The files that every page uses. */
export interface Assets {
  readonly routes: readonly Route[];
  readonly addresses: LayoutOptions['assets'];
}

/** Reads the assets of this package. */
export function readAssets(): Assets {
  const read = (file: string): Asset => readAsset(`/assets/${file}`, new URL(`../assets/${file}`, import.meta.url));
  const [style, script, icon] = [read('site.css'), read('site.js'), read('icon.svg')];
  return {
    routes: [style.route, script.route, icon.route],
    addresses: { style: style.address, script: script.address, icon: icon.address },
  };
}
