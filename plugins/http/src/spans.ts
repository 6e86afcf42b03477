import type { Span } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';

/** The span of a request. */
export interface RequestSpan {
  /** Runs `work` so that spans begun by it are below this one. */
  readonly around: <T>(work: () => Promise<T>) => Promise<T>;
  /** Records a failure of the server. */
  readonly fail: (error: unknown) => void;
  readonly end: (status: number) => void;
}

/** Begins the span of a request. */
export type BeginSpan = (request: FastifyRequest) => RequestSpan;

/** A span that nobody receives. */
export const noSpan: RequestSpan = Object.freeze({
  around: <T>(work: () => Promise<T>) => work(),
  fail() {},
  end() {},
});

/**
 * Returns a function that begins the span of a request, with the names of OpenTelemetry's conventions and with the plugin
 * of the route. Its parent is the span that is active, such as that of an instrumented host, or else that of the client,
 * from the header `traceparent`. The API package is an optional peer; without it or without an SDK, nothing happens.
 */
export async function openSpans(): Promise<BeginSpan> {
  const api = await loadApi();
  if (api === null) return () => noSpan;
  const { SpanKind, SpanStatusCode, context, propagation, trace } = api;
  return (request) => {
    const { owned } = request.routeOptions.config;
    const active = context.active();
    const isInside = trace.getSpan(active) !== undefined;
    const parent = isInside ? active : propagation.extract(active, request.headers);
    // A provider that is registered later counts too.
    const span: Span = trace.getTracer('@headwater/plugin-http').startSpan(
      owned === undefined ? request.method : `${request.method} ${owned.item.path}`,
      {
        kind: isInside ? SpanKind.INTERNAL : SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'url.path': request.url.split('?', 1)[0] ?? '',
          'url.scheme': request.protocol,
          ...(owned && { 'http.route': owned.item.path, 'headwater.plugin': owned.plugin }),
        },
      },
      parent,
    );
    return {
      around: (work) => context.with(trace.setSpan(parent, span), work),
      fail(error) {
        if (error instanceof Error) span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
      end(status) {
        span.setAttribute('http.response.status_code', status).end();
      },
    };
  };
}

/**
 * Calls `work` outside every span. The requests of a server inherit the context in which it began to listen, so they would
 * be below the span of the start.
 */
export async function outsideSpans<T>(work: () => Promise<T>): Promise<T> {
  const api = await loadApi();
  return api === null ? work() : api.context.with(api.ROOT_CONTEXT, work);
}

const loadApi = () => import('@opentelemetry/api').catch(() => null);
