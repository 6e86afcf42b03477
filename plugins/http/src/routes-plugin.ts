import cookie from '@fastify/cookie';
import etag from '@fastify/etag';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Database, Inspection, type Get, type PluginLog } from '@headwater/kernel/plugin';
import { assertSameOrigin } from './cross-origin.ts';
import { sendAnswer } from './fastify-reply.ts';
import { routeRequest } from './fastify-request.ts';
import { Guards } from './guard.ts';
import { openApiOf } from './open-api.ts';
import type { HttpOptions } from './options.ts';
import { ownedRoutes } from './owned-routes.ts';
import { HttpError, ProblemPages, Problems, problem, problemOf, type Problem } from './problem.ts';
import { openReadiness } from './readiness.ts';
import type { Answer, RouteRequest } from './request.ts';
import type { OwnedRoute } from './route.ts';
import { noSpan, openSpans, type RequestSpan } from './spans.ts';
import { validateParts } from './validate.ts';

/** The parts of an application that its routes need. */
export interface RoutesContext {
  readonly get: Get;
  readonly log: PluginLog;
  readonly options: Pick<HttpOptions, 'bodyLimit'>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route that Fastify matched. */
    readonly owned?: OwnedRoute;
    /** Whether its requests are logged only for debugging. Default: false. */
    readonly isProbe?: boolean;
  }
}

/**
 * Returns a Fastify plugin with all routes of the application. Everything that it adds is encapsulated, so the other
 * routes of a host keep their own headers and errors.
 */
export function routesPlugin({ get, log, options }: RoutesContext): FastifyPluginAsync {
  return async (fastify) => {
    const routes = ownedRoutes(get);
    await registerBasics(fastify);
    const database = get(Database);
    const guards = get.all(Guards);
    const sources = get.all(Problems).map(({ item }) => item);
    const [page] = get.all(ProblemPages);

    const requestOf = (request: FastifyRequest): RouteRequest => {
      const owned = request.routeOptions.config.owned ?? null;
      return routeRequest(request, { get, log, owned });
    };

    const sendProblem = async (reply: FastifyReply, request: FastifyRequest, found: Problem): Promise<FastifyReply> => {
      reply.header('cache-control', 'no-store');
      if (page !== undefined && request.headers.accept?.includes('text/html') === true) {
        try {
          const answer = await database.inContext(async () => page.item.show(found, requestOf(request)));
          return await sendAnswer(reply, { ...answer, status: found.status });
        } catch (error) {
          log.error(`the plugin "${page.plugin}" could not show a problem`, {
            plugin: page.plugin,
            error: textOf(error),
          });
        }
      }
      return reply.code(found.status).type('application/problem+json').send(JSON.stringify(found));
    };

    const spans = new WeakMap<FastifyRequest, RequestSpan>();
    const spanOf = (request: FastifyRequest): RequestSpan => spans.get(request) ?? noSpan;
    const beginSpan = await openSpans();
    fastify.addHook('onRequest', async (request) => {
      if (request.routeOptions.config.isProbe !== true) spans.set(request, beginSpan(request));
    });

    fastify.setErrorHandler(async (error, request, reply) => {
      const found = problemOf(error, sources);
      if (error instanceof HttpError) reply.headers(error.headers);
      if (found === null) {
        const { owned } = request.routeOptions.config;
        const about = { ...(owned && { plugin: owned.plugin }), error: textOf(error) };
        log.error(`${request.method} ${pathOf(request)} failed`, about);
        spanOf(request).fail(error);
      }
      return sendProblem(reply, request, found ?? problem(500));
    });
    if (fastify.prefix === '') {
      fastify.setNotFoundHandler((request, reply) =>
        sendProblem(reply, request, problem(404, 'there is nothing at this address')),
      );
    }
    let isClosing = false;
    fastify.addHook('preClose', async () => {
      isClosing = true;
    });
    // Otherwise the connection of a request that was running would stay open after its answer.
    fastify.addHook('onSend', async (_, reply) => {
      if (isClosing) reply.header('connection', 'close');
    });
    fastify.addHook('onResponse', async (request, reply) => {
      spanOf(request).end(reply.statusCode);
      const { owned, isProbe = false } = request.routeOptions.config;
      const facts = { status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) };
      const level = isProbe ? 'debug' : 'info';
      log[level](`${request.method} ${pathOf(request)}`, { ...(owned && { plugin: owned.plugin }), ...facts });
    });

    for (const owned of routes) {
      addRoute(fastify, owned, {
        bodyLimit: options.bodyLimit,
        async handle(request, reply) {
          const made = requestOf(request);
          assertSameOrigin(made, request.host);
          const answerOf = async (): Promise<Answer> => {
            for (const { item } of guards) await item.check(made);
            return owned.item.handle({ ...made, ...(await validateParts(owned.item, made)) });
          };
          return sendAnswer(reply, await spanOf(request).around(() => database.inContext(answerOf)));
        },
      });
    }

    const document = openApiOf(routes, (message) => log.warn(message));
    const readiness = await openReadiness(database, get(Inspection));
    fastify.get('/openapi.json', async () => document);
    fastify.get('/healthz', { config: { isProbe: true } }, async () => ({ status: 'alive' }));
    fastify.get('/readyz', { config: { isProbe: true } }, async (_, reply) => {
      const state = await readiness();
      return reply
        .code(state.status === 'ready' ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(state);
    });
  };
}

/** Adds a route to Fastify. Throws an error that names the plugin if Fastify does not accept the route. */
function addRoute(
  fastify: FastifyInstance,
  owned: OwnedRoute,
  {
    bodyLimit,
    handle,
  }: {
    readonly bodyLimit: number;
    readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  },
): void {
  const { method, path } = owned.item;
  try {
    fastify.route({ method, url: path, bodyLimit, config: { owned }, handler: handle });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the route ${method} ${path} of the plugin "${owned.plugin}" is invalid: ${reason}`, {
      cause: error,
    });
  }
}

/** Registers headers, cookies, forms and ETags, except for those that the host has already. */
async function registerBasics(fastify: FastifyInstance): Promise<void> {
  if (!fastify.hasRequestDecorator('cookies')) await fastify.register(cookie);
  if (!fastify.hasContentTypeParser('application/x-www-form-urlencoded')) await fastify.register(formbody);
  await fastify.register(etag);
  if (fastify.hasReplyDecorator('helmet')) return;
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // With the default, no-referrer, browsers do not state the origin of a form.
    referrerPolicy: { policy: 'same-origin' },
  });
}

/** Without the query, which may contain private data. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
