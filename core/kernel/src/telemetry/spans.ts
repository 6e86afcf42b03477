import type { Tracer } from '@opentelemetry/api';

/** The attributes of a span. The optional peer's own type would be missing where nobody has installed it. */
export type SpanAttributes = Readonly<Record<string, string | number | string[]>>;

/** Writes OpenTelemetry spans. Without the API package, or without an SDK behind it, it only calls `work`. */
export interface Spans {
  /** Runs `work` inside a span, so that spans begun by `work` are below it. An error ends it with that error. */
  readonly around: <T>(name: string, attributes: SpanAttributes, work: () => Promise<T>) => Promise<T>;
  /** Writes a span that ends now and began `milliseconds` ago. */
  readonly past: (name: string, attributes: SpanAttributes, milliseconds: number) => void;
}

/** Spans that nobody receives. */
export const noSpans: Spans = Object.freeze({
  around: <T>(_: string, __: SpanAttributes, work: () => Promise<T>) => work(),
  past() {},
});

/**
 * The key of `globalThis` under which every copy of version 1 of the API package keeps what an SDK has registered. Source:
 * `src/internal/global-utils.ts` of that package, which all its releases must agree about.
 */
const registered = Symbol.for('opentelemetry.js.api.1');

let opened: Promise<Spans> | null = null;

/**
 * Returns the spans of this process: those of the SDK that is registered by now, as OpenTelemetry asks of every SDK, or
 * {@link noSpans}. The API package is an optional peer, so that there is a single copy, which the host's SDK knows. It is
 * only loaded if there is an SDK: its forty files take as long as an upgrade of one revision.
 */
export async function openSpans(): Promise<Spans> {
  if (!(registered in globalThis)) return noSpans;
  return (opened ??= import('@opentelemetry/api').then(
    ({ trace, SpanStatusCode }) => {
      // The provider may be replaced.
      const tracer = (): Tracer => trace.getTracer('@headwater/kernel');
      return {
        around: (name, attributes, work) =>
          tracer().startActiveSpan(name, { attributes }, async (span) => {
            try {
              return await work();
            } catch (error) {
              if (error instanceof Error) span.recordException(error);
              span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
              throw error;
            } finally {
              span.end();
            }
          }),
        past(name, attributes, milliseconds) {
          const now = Date.now();
          tracer()
            .startSpan(name, { attributes, startTime: now - milliseconds })
            .end(now);
        },
      };
    },
    () => noSpans,
  ));
}
