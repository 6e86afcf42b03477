import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { token, type BootPurpose } from '@headwater/kernel/plugin';
import type { HttpOptions } from './options.ts';
import { listen } from './listen.ts';
import { outsideSpans } from './spans.ts';
import { routesPlugin, type RoutesContext } from './routes-plugin.ts';

/** The HTTP server of the application. */
export interface Http {
  /** Returns the server's address, `http://127.0.0.1:3000`; `null` while it does not listen. */
  readonly address: () => string | null;
  /**
   * Returns a Fastify plugin with all routes, for a host that has its own server. Set the option `listen` to false, and
   * close the host's server before the application stops.
   *
   * @example
   * const server = fastify();
   * await server.register(app.get(Http).routes());
   */
  readonly routes: () => FastifyPluginAsync;
}

/** The token of {@link Http}. */
export const Http = token<Http>('http');

/** The server with its lifetime. */
export interface HttpServer extends Http {
  /** Makes the routes available and, in order to serve, listens. */
  readonly start: (context: RoutesContext, purpose: BootPurpose) => Promise<void>;
  /** Stops accepting requests, waits for those that are running, and closes the port. */
  readonly stop: () => Promise<void>;
}

/** The token of the server with its lifetime. Not exported by the plugin, so private to it. */
export const HttpServer = token<HttpServer>('http.server');

/** Returns the server, which is not started. */
export function httpServer(options: HttpOptions): HttpServer {
  let server: FastifyInstance | null = null;
  let context: RoutesContext | null = null;

  return Object.freeze<HttpServer>({
    address: () => addressOf(server),

    routes() {
      if (context === null) throw new Error('the routes are complete once the plugin "http" has started');
      return routesPlugin(context);
    },

    async start(started, purpose) {
      context = started;
      if (!options.listen || purpose !== 'serve') return;
      const opened = fastify({
        logger: false,
        // One proxy: what it received in the same headers, from a client, is not believed.
        trustProxy: options.trustProxy && ((_, hop) => hop === 0),
        requestTimeout: options.requestTimeout * 1000,
        http: {
          // Node takes the longer of the two limits for the whole request, and the shorter one for its headers.
          headersTimeout: options.requestTimeout * 1000,
          // Node looks for requests that take too long at this interval; its default is 30 s.
          connectionsCheckingInterval: Math.min(5000, options.requestTimeout * 1000),
        },
        // Keep-alive connections without a request do not delay the end.
        forceCloseConnections: 'idle',
        routerOptions: { maxParamLength: 300 },
      });
      server = opened;
      await opened.register(routesPlugin(started));
      await opened.ready();
      await outsideSpans(() => listen(opened, options));
      started.log.info(`listening on ${addressOf(server)}`);
    },

    async stop() {
      if (server === null) return;
      // A client that never ends its request does not keep the application from ending.
      const timer = setTimeout(() => server?.server.closeAllConnections(), closeTimeout);
      await server.close();
      clearTimeout(timer);
    },
  });
}

/** The time in milliseconds for running requests to end. A plugin has 10 s to stop. */
const closeTimeout = 8000;

function addressOf(server: FastifyInstance | null): string | null {
  const address = server?.server.address() ?? null;
  return address === null || typeof address === 'string' ? null : `http://${hostOf(address)}:${address.port}`;
}

/** The wildcard addresses are none to open in a browser. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return 'localhost';
  return family === 'IPv6' ? `[${address}]` : address;
}
