import { definePlugin, type Get } from '@headwater/kernel/plugin';
import { ProblemPages, RouteSources, Routes } from '@headwater/plugin-http';
import { readAssets } from './assets.ts';
import { FormFields, Identities } from './identity.ts';
import { siteOptions } from './options.ts';
import { Actions, Pages } from './page.ts';
import { actionRoutes, pageRoutes, problemPage, type Site } from './routes.ts';
import { Slots } from './slot.ts';

export type { Html, HtmlTag } from '@headwater/plugin-http';
export { FormFields, Identities } from './identity.ts';
export type { FormField, Identity, SiteUser } from './identity.ts';
export { Actions, Pages } from './page.ts';
export type { Action, Page, PageContent, PageRequest, View } from './page.ts';
export { Slots } from './slot.ts';
export type { PageObject, SlotName, SlotPart, SlotSubjects } from './slot.ts';
export type { FieldParts, FormParts, Ui } from './ui.ts';

/** Serves pages, and the same as a JSON API. Both are made of the parts that plugins contribute. */
export default definePlugin({
  name: 'site',
  config: siteOptions,
  bind({ contribute, config }) {
    const assets = readAssets();
    const siteOf = (get: Get): Site => ({
      parts: {
        identities: get.all(Identities),
        formFields: get.all(FormFields),
        slotParts: get.all(Slots).toSorted((a, b) => (a.item.order ?? 0) - (b.item.order ?? 0)),
      },
      layout: { name: config.name, assets: assets.addresses },
    });
    for (const route of assets.routes) contribute(Routes, route);
    contribute(RouteSources, ({ get }) => ({
      routes() {
        const site = siteOf(get);
        const pages = get.all(Pages).flatMap((page) => pageRoutes(page, site));
        return [...pages, ...get.all(Actions).flatMap((action) => actionRoutes(action, site))];
      },
    }));
    contribute(ProblemPages, ({ get }) => {
      const site = siteOf(get);
      return { show: (problem, request) => problemPage(problem, request, site) };
    });
  },
});
