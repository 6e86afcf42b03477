import type { StandardSchema } from '@headwater/kernel/plugin';
import { HttpError, renderDocument, type Html, type Route, type RouteRequest } from '@headwater/plugin-http';
import { maySee, refuse, type Access } from './access.ts';
import { layout, type LayoutOptions } from './layout.ts';

/** A page at `path`. Its data is served as JSON at the same path with `.json`, and to clients that accept only JSON. */
export interface StudioPage<Params = unknown, Query = unknown, Data = unknown> {
  readonly path: string;
  /** A short description, for the API document. */
  readonly about: string;
  readonly params?: StandardSchema<Params>;
  readonly query?: StandardSchema<Query>;
  /** Returns the data, which is also the JSON. */
  load(request: RouteRequest<Params, Query>): Promise<Data> | Data;
  view(data: Data, request: RouteRequest<Params, Query>): StudioContent;
}

/** The content of a page. */
export interface StudioContent {
  readonly title: string;
  readonly main: Html;
  /** The seconds after which a browser without script loads the page again. Default: never. */
  readonly refresh?: number;
}

/** Infers the types of a page from its validators and its data. Returns the page. */
export function definePage<Params, Query, Data>(
  page: StudioPage<Params, Query, Data>,
): StudioPage<Params, Query, Data> {
  return page;
}

/** Everything that the routes need besides the pages. */
export interface Studio {
  readonly access: Access;
  readonly layout: LayoutOptions;
}

// The content depends on who asks, and changes with every upgrade.
const headers = { 'cache-control': 'private, no-store', vary: 'accept, authorization, cookie' };
const htmlHeaders = { ...headers, 'content-type': 'text/html; charset=utf-8' };

/** Returns the routes of a page: the page itself, and its data. */
export function pageRoutes(page: StudioPage, studio: Studio): readonly Route[] {
  const { path, about, params, query } = page;
  const load = async (request: RouteRequest): Promise<unknown> => {
    if (!(await maySee(request, studio.access))) refuse(studio.access);
    try {
      return await page.load(request);
    } catch (error) {
      throw isUnknownTarget(error) ? new HttpError(404, error.message) : error;
    }
  };
  const common = { method: 'GET', about, ...(params && { params }), ...(query && { query }) } as const;
  return [
    {
      ...common,
      path,
      documented: false,
      async handle(request) {
        const data = await load(request);
        if (wantsJson(request)) return { headers, body: data };
        return { headers: htmlHeaders, body: renderDocument(layout(page.view(data, request), request, studio.layout)) };
      },
    },
    { ...common, path: `${path}.json`, handle: async (request) => ({ headers, body: await load(request) }) },
  ];
}

function wantsJson({ headers: { accept = '' } }: RouteRequest): boolean {
  return String(accept).includes('application/json') && !String(accept).includes('text/html');
}

/** Errors of the kernel have a code. */
function isUnknownTarget(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^TARGET_(?:UNKNOWN|AMBIGUOUS)$/.test(String(error.code));
}
