import { definePlugin } from '@headwater/kernel/plugin';
import { Routes } from '@headwater/plugin-http';

/** Contributes a route that the plugin `rivers` contributes too. */
export default definePlugin({
  name: 'brooks',
  bind({ contribute }) {
    contribute(Routes, { method: 'GET', path: '/rivers/:brook', about: 'Returns a brook.', handle: () => ({}) });
  },
});
