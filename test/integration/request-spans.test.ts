import { join } from 'node:path';
import { SpanKind, context, trace } from '@opentelemetry/api';
import { fastify } from 'fastify';
import { Http } from '@headwater/plugin-http';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collectSpans } from '../helper/tracing.ts';

const cwd = join(import.meta.dirname, '../../plugins/http');
const { exporter } = collectSpans();

describe('with an OpenTelemetry SDK', () => {
  let kernel: TestKernel;
  let address: string;
  beforeAll(async () => {
    kernel = await startTestKernel({ cwd, plugins: ['.', './test/rivers'], config: { http: { port: 0 } } });
    address = kernel.get(Http).address() ?? '';
  });
  afterAll(() => kernel.stop());
  beforeEach(() => exporter.reset());

  /** Waits for the end of a request's span, which may come after its answer. */
  const span = async (name: string) => {
    await expect.poll(() => exporter.getFinishedSpans().map((one) => one.name)).toContain(name);
    return exporter.getFinishedSpans().find((one) => one.name === name);
  };

  test('a request has a span with its route, its plugin and its status, below the span of the client', async () => {
    const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    await fetch(`${address}/rivers/7?unit=km`, { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
    const found = await span('GET /rivers/:river');
    expect(found?.kind).toBe(SpanKind.SERVER);
    expect(found?.parentSpanContext).toMatchObject({ traceId, spanId });
    expect(found?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/rivers/:river',
      'http.response.status_code': 200,
      'url.path': '/rivers/7',
      'url.scheme': 'http',
      'headwater.plugin': 'rivers',
    });
  });

  test('spans of a handler are below the span of the request', async () => {
    await fetch(`${address}/traced`);
    const [below, request] = [await span('of a handler'), await span('GET /traced')];
    expect(below?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  });

  test('a failure marks the span, and a wrong request does not', async () => {
    await fetch(`${address}/fails/somehow`);
    const found = await span('GET /fails/:how');
    expect(found).toMatchObject({ status: { code: 2 }, attributes: { 'http.response.status_code': 500 } });
    expect(found?.events.map(({ name }) => name)).toEqual(['exception']);
    await fetch(`${address}/nothing`);
    expect(await span('GET')).toMatchObject({ status: { code: 0 }, attributes: { 'http.response.status_code': 404 } });
  });

  test('probes have none', async () => {
    await fetch(`${address}/healthz`);
    await fetch(`${address}/rivers/7`);
    await span('GET /rivers/:river');
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  test('a request inside the span of a host has a span below it', async () => {
    await using server = fastify();
    const tracer = trace.getTracer('host');
    server.addHook('onRequest', (_, __, done) => {
      const own = tracer.startSpan('of the host');
      context.with(trace.setSpan(context.active(), own), done);
      own.end();
    });
    await server.register(kernel.get(Http).routes());
    await server.inject('/rivers/7');
    const [host, found] = [await span('of the host'), await span('GET /rivers/:river')];
    expect(found?.kind).toBe(SpanKind.INTERNAL);
    expect(found?.parentSpanContext?.spanId).toBe(host?.spanContext().spanId);
  });
});
