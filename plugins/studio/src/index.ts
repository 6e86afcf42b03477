import { Inspection, contributionPoint, definePlugin } from '@headwater/kernel/plugin';
import { RouteSources, Routes, readAsset } from '@headwater/plugin-http';
import type { SlotPart } from '@headwater/plugin-site';
import { Permissions, accessFor, maySee, studioPermission } from './access.ts';
import { doctorPage } from './doctor-page.ts';
import { driftPage } from './drift-page.ts';
import { healthPage } from './health-page.ts';
import { historyPage } from './history-page.ts';
import { livePage } from './live-page.ts';
import { studioOptions } from './options.ts';
import { planPage } from './plan-page.ts';
import { pluginPage } from './plugin-page.ts';
import { pluginsPage } from './plugins-page.ts';
import { rehearsalPage, rehearsalsPage } from './rehearsals-page.ts';
import { revisionPage } from './revision-page.ts';
import { runPage, runsPage } from './runs-page.ts';
import { pageRoutes, type Studio, type StudioPage } from './studio-page.ts';

const pages: readonly StudioPage[] = [
  healthPage,
  pluginsPage,
  pluginPage,
  historyPage,
  revisionPage,
  planPage,
  runsPage,
  runPage,
  rehearsalsPage,
  rehearsalPage,
  driftPage,
  doctorPage,
  livePage,
];

// By name, since the site is optional.
const Slots = contributionPoint<SlotPart<'navigation'>>('site.slots');

/** Shows the application at `/studio`. It only reads. */
export default definePlugin({
  name: 'studio',
  config: studioOptions,
  bind({ contribute, config }) {
    const access = accessFor(config, process.env['NODE_ENV']);
    const read = (file: string): ReturnType<typeof readAsset> =>
      readAsset(`/studio/assets/${file}`, new URL(`../assets/${file}`, import.meta.url));
    const [style, script, icon] = [read('studio.css'), read('studio.js'), read('icon.svg')];
    for (const { route } of [style, script, icon]) contribute(Routes, route);
    contribute(RouteSources, ({ get }) => ({
      routes() {
        const assets = { style: style.address, script: script.address, icon: icon.address };
        const studio: Studio = { access, layout: { database: get(Inspection).database, assets } };
        return pages.flatMap((page) => pageRoutes(page, studio)).map((item) => ({ plugin: 'studio', item }));
      },
    }));
    contribute(Permissions, studioPermission);
    contribute(Slots, {
      slot: 'navigation',
      order: 90,
      render: async ([path = ''], view) => [
        (await maySee(view, access)) &&
          view.html`<a href="/studio" aria-current=${path.startsWith('/studio') && 'page'}>Studio</a>`,
      ],
    });
  },
  start({ config, log, purpose }) {
    if (purpose !== 'serve') return;
    const { isOpen } = accessFor(config, process.env['NODE_ENV']);
    const who = [
      ...(isOpen ? ['requests from this computer'] : []),
      ...(config.token === undefined ? [] : ['those with the token']),
      'users with the role admin',
    ];
    log.info(`/studio is open to ${who.join(', ')}`);
  },
});
