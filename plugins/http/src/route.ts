import { contributionPoint, type Contribution, type StandardSchema } from '@headwater/kernel/plugin';
import type { Answer, RouteRequest } from './request.ts';

/** The methods of routes. A route for GET also answers HEAD. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A route. Its validators are Standard Schemas, such as those of zod, valibot and ArkType, and decide the types of the
 * handler's `params`, `query` and `body`.
 */
export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: Method;
  /** The path with its parameters: `/api/objects/:object/like`. */
  readonly path: string;
  /** A short description, for the API document. */
  readonly about: string;
  /** Validates the parameters of the path, which are strings. Default: the handler gets them unchecked, as `unknown`. */
  readonly params?: StandardSchema<Params>;
  /** Validates the query, an object of strings. Default: as for `params`. */
  readonly query?: StandardSchema<Query>;
  /** Validates the body: parsed JSON, or the fields of a form. Default: as for `params`. */
  readonly body?: StandardSchema<Body>;
  /** Describes the answer in the API document. Answers are not validated. Default: any. */
  readonly answer?: StandardSchema;
  /** Whether `/openapi.json` lists the route. Default: true. */
  readonly documented?: boolean;
  /**
   * Handles a request in a database context of its own. Whatever it throws becomes an answer: see {@link Problems}.
   */
  // A method, so that a route with precise types can be contributed to the point of routes of any type.
  handle(request: RouteRequest<Params, Query, Body>): Promise<Answer> | Answer;
}

/**
 * Infers the types of a route's handler from its validators. Returns the route.
 *
 * @example
 * const show = defineRoute({
 *   method: 'GET',
 *   path: '/api/rivers/:river',
 *   about: 'Returns a river.',
 *   params: z.object({ river: z.coerce.number().int() }),
 *   handle: async ({ get, params: { river } }) => ({ body: await get(Rivers).get(river) }),
 * });
 */
export function defineRoute<Params = unknown, Query = unknown, Body = unknown>(
  route: Route<Params, Query, Body>,
): Route<Params, Query, Body> {
  return route;
}

/** Returns the key of a route. Routes that differ only in the names of their parameters have the same key. */
export function routeKey({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path.replaceAll(/:\w+/g, ':')}`;
}

/**
 * The contribution point for routes. Two routes with the same method and path are rejected, naming both plugins.
 *
 * @example
 * bind({ contribute }) {
 *   contribute(Routes, show);
 * }
 */
export const Routes = contributionPoint<Route>('http.routes', { key: routeKey });

/** A route, and the plugin that it belongs to. */
export type OwnedRoute = Omit<Contribution<Route>, 'key'>;

/** Routes that are computed from something else, such as the contributions to a point for pages. */
export interface RouteSource {
  /** Returns the routes. Called once, when the server starts. */
  readonly routes: () => readonly OwnedRoute[];
}

/** The contribution point for sources of routes. */
export const RouteSources = contributionPoint<RouteSource>('http.route-sources');
