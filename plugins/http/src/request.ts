import type { Get, PluginLog } from '@headwater/kernel/plugin';
import type { CookieSerializeOptions } from '@fastify/cookie';

/** A request, as guards and handlers get it. `params`, `query` and `body` are validated only in handlers. */
export interface RouteRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: string;
  /** The path and the query, as the client sent them. */
  readonly url: string;
  readonly params: Params;
  readonly query: Query;
  /** `undefined` if the request has none. */
  readonly body: Body;
  /** The fields of a form or of a JSON object, before validation. Empty for other bodies. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The headers by name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** The client's address. Behind a proxy it is the proxy's, unless the option `trustProxy` is set. */
  readonly ip: string;
  /** Whether the client's connection is encrypted. */
  readonly isSecure: boolean;
  /** The plugin of the route, and its path with parameters. `null` if no route matches. */
  readonly route: { readonly plugin: string; readonly path: string } | null;
  /** Resolves the services that plugins export. */
  readonly get: Get;
  /** The application's log. Its entries name the plugin of the route. */
  readonly log: PluginLog;
  /** Calls `make` once for each request and key, and returns the same value for later calls. */
  readonly once: <Value>(key: object, make: () => Value) => Value;
}

/** A cookie of an answer. */
export interface AnswerCookie extends CookieSerializeOptions {
  readonly value: string;
}

/** The answer to a request. */
export interface Answer {
  /** Default: 200, or 204 without a body. */
  readonly status?: number;
  /** Default: none besides those that the server adds. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Cookies by name; `null` removes one. Default: none. */
  readonly cookies?: Readonly<Record<string, AnswerCookie | null>>;
  /** A string or a buffer, sent with the header `content-type`, or any other value, sent as JSON. Default: no body. */
  readonly body?: unknown;
}
