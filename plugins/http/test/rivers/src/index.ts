import { setTimeout } from 'node:timers/promises';
import { Database, definePlugin, type StandardSchema } from '@headwater/kernel/plugin';
import { Guards, HttpError, Problems, Routes, RouteSources, defineRoute } from '@headwater/plugin-http';
import { trace } from '@opentelemetry/api';
import { z } from 'zod';

class Drought extends Error {}

/** A validator of a library that exports no JSON Schema. */
const plain: StandardSchema<{ readonly name: string }> = {
  '~standard': { version: 1, vendor: 'rivers', validate: (value) => ({ value: value as { readonly name: string } }) },
};

const routes = [
  defineRoute({
    method: 'GET',
    path: '/rivers/:river',
    about: 'Returns a river.',
    params: z.object({ river: z.coerce.number().int() }),
    query: z.object({ unit: z.enum(['km', 'mi']).default('km') }),
    answer: z.object({ river: z.number(), unit: z.string() }),
    handle: ({ params: { river }, query: { unit } }) => ({ body: { river, unit } }),
  }),
  defineRoute({
    method: 'POST',
    path: '/rivers',
    about: 'Adds a river.',
    body: z.object({ name: z.string().min(1), length: z.coerce.number().positive() }),
    handle: ({ body }) => ({ status: 201, headers: { location: '/rivers/1' }, body }),
  }),
  defineRoute({
    method: 'PUT',
    path: '/rivers/:river/name',
    about: 'Renames a river.',
    body: plain,
    handle: ({ body: { name } }) => ({ body: name, headers: { 'content-type': 'text/plain' } }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/rivers/:river',
    about: 'Removes a river.',
    handle: () => ({}),
  }),
  defineRoute({
    method: 'GET',
    path: '/slow',
    about: 'Answers late.',
    async handle() {
      await setTimeout(300);
      return { body: 'at last' };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/fails/:how',
    about: 'Fails.',
    handle({ params }) {
      const { how } = params as { readonly how: string };
      if (how === 'http') throw new HttpError(410, 'the river is dry');
      if (how === 'drought') throw new Drought('no rain');
      if (how === 'header') return { status: 302, headers: { location: '/\r\nset-cookie: a=b' } };
      throw new Error('a secret detail');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/context',
    about: 'Queries in the context of the request.',
    async handle({ get, once, cookies, route }) {
      const { em } = get(Database);
      const key = {};
      const [one, other] = [once(key, () => ({})), once(key, () => ({}))];
      const [row] = await em.execute<{ n: number }[]>('select 1 as n');
      return { body: { same: em === get(Database).em, n: row?.n, once: one === other, cookie: cookies['a'], route } };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/client',
    about: 'Returns what is known about the client.',
    handle: ({ ip, isSecure }) => ({ body: { ip, isSecure } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/traced',
    about: 'Writes a span.',
    handle() {
      trace.getTracer('rivers').startSpan('of a handler').end();
      return {};
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/cookie',
    about: 'Sets a cookie and removes another.',
    handle: () => ({ cookies: { spring: { value: 'a; b' }, mouth: null } }),
  }),
];

/** Routes of every kind. */
export default definePlugin({
  name: 'rivers',
  bind({ contribute }) {
    for (const route of routes) contribute(Routes, route);
    contribute(RouteSources, {
      routes: () => [
        {
          plugin: 'rivers',
          item: { method: 'GET', path: '/derived', about: 'Is derived.', handle: () => ({ body: 'derived' }) },
        },
      ],
    });
    contribute(Problems, {
      of: (error) => (error instanceof Drought ? { status: 404, detail: error.message } : undefined),
    });
    contribute(Guards, {
      check({ headers }) {
        if (headers['x-forbidden'] !== undefined) throw new HttpError(403, 'the guard says no');
      },
    });
  },
});
