import type { FastifyRequest } from 'fastify';
import type { Get, PluginLog } from '@headwater/kernel/plugin';
import type { RouteRequest } from './request.ts';
import type { OwnedRoute } from './route.ts';

/** Returns the request that guards and handlers get. */
export function routeRequest(
  request: FastifyRequest,
  { get, log, owned }: { readonly get: Get; readonly log: PluginLog; readonly owned: OwnedRoute | null },
): RouteRequest {
  const made = new Map<object, unknown>();
  return {
    method: request.method,
    url: request.url,
    params: request.params,
    query: request.query,
    // Fastify sets null if the request has no body.
    body: request.body ?? undefined,
    fields: fieldsOf(request.body),
    headers: request.headers,
    cookies: request.cookies,
    ip: request.ip,
    isSecure: request.protocol === 'https',
    route: owned === null ? null : { plugin: owned.plugin, path: owned.item.path },
    get,
    log: owned === null ? log : taggedLog(log, owned.plugin),
    once<Value>(key: object, make: () => Value): Value {
      if (!made.has(key)) made.set(key, make());
      // The key's value was made by a function of the same type.
      return made.get(key) as Value;
    },
  };
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

function taggedLog(log: PluginLog, plugin: string): PluginLog {
  const tagged = (level: keyof PluginLog): PluginLog[keyof PluginLog] => {
    return (message, data) => log[level](message, { plugin, ...data });
  };
  return { debug: tagged('debug'), info: tagged('info'), warn: tagged('warn'), error: tagged('error') };
}
