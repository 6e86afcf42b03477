import type { Get } from '@headwater/kernel/plugin';
import { RouteSources, Routes, routeKey, type OwnedRoute } from './route.ts';

/** Returns all routes, those of sources included. Throws an error that names both plugins if two have the same key. */
export function ownedRoutes(get: Get): readonly OwnedRoute[] {
  const derived = get.all(RouteSources).flatMap(({ item }) => item.routes());
  const routes = [...get.all(Routes), ...derived];
  const owners = new Map<string, string>();
  for (const { plugin, item } of routes) {
    const key = routeKey(item);
    const other = owners.get(key);
    if (other !== undefined) {
      const by =
        other === plugin ? `The plugin "${plugin}" contributes it twice` : `"${other}" and "${plugin}" contribute it`;
      throw new Error(`the route ${item.method} ${item.path} has two owners. ${by}: keep one of the two`);
    }
    owners.set(key, plugin);
  }
  return routes;
}
