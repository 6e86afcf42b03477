import { definePlugin } from '@headwater/kernel/plugin';
import { Http, HttpServer, httpServer } from './http.ts';
import { httpOptions } from './options.ts';

export { readAsset } from './asset.ts';
export type { Asset } from './asset.ts';
export { Guards } from './guard.ts';
export type { Guard } from './guard.ts';
export { html, renderDocument } from './html.ts';
export type { Html, HtmlTag } from './html.ts';
export { Http } from './http.ts';
export { HttpError, ProblemPages, Problems } from './problem.ts';
export type { Problem, ProblemPage, ProblemSource } from './problem.ts';
export type { Answer, AnswerCookie, RouteRequest } from './request.ts';
export { RouteSources, Routes, defineRoute } from './route.ts';
export type { Method, OwnedRoute, Route, RouteSource } from './route.ts';

/** Owns the port, and serves the routes that plugins contribute. */
export default definePlugin({
  name: 'http',
  config: httpOptions,
  bind({ bind, config }) {
    bind(HttpServer).toDynamicValue(() => httpServer(config));
    bind(Http).toDynamicValue(({ get }) => get(HttpServer));
  },
  start: ({ get, log, config, purpose }) => get(HttpServer).start({ get, log, options: config }, purpose),
  stop: ({ get }) => get(HttpServer).stop(),
});
