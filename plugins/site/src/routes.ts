import type { Contribution } from '@headwater/kernel/plugin';
import {
  renderDocument,
  type Answer,
  type OwnedRoute,
  type Problem,
  type Route,
  type RouteRequest,
} from '@headwater/plugin-http';
import { layout, type LayoutOptions } from './layout.ts';
import type { Action, Page, PageRequest } from './page.ts';
import { pageRequest, viewOf, type SiteParts } from './view.ts';

/** Everything that the routes of the site need. */
export interface Site {
  readonly parts: SiteParts;
  readonly layout: LayoutOptions;
}

const pageHeaders = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache' };
const dataHeaders = { 'cache-control': 'private, no-cache' };

/** Returns the routes of a page: one for people, one for programs. */
export function pageRoutes({ plugin, item: page }: Contribution<Page>, site: Site): readonly OwnedRoute[] {
  const { path, about, params, query, api = true } = page;
  const common = { method: 'GET', about, ...(params && { params }), ...(query && { query }) } as const;
  const forPeople: Route = {
    ...common,
    path,
    documented: false,
    async handle(request) {
      const made = await pageRequest(request, site.parts);
      const view = viewOf(made, site.parts);
      const content = await page.view(await page.load(made), view);
      return { headers: pageHeaders, body: renderDocument(await layout(content, view, site.layout)) };
    },
  };
  const forPrograms: Route = {
    ...common,
    path: path === '/' ? '/api' : `/api${path}`,
    async handle(request) {
      const made = await pageRequest(request, site.parts);
      const data = await page.load(made);
      return { headers: dataHeaders, body: page.toJson === undefined ? data : await page.toJson(data, made) };
    },
  };
  return (api ? [forPeople, forPrograms] : [forPeople]).map((item) => ({ plugin, item }));
}

/** Returns the routes of an action: one for forms, one for programs. */
export function actionRoutes({ plugin, item: action }: Contribution<Action>, site: Site): readonly OwnedRoute[] {
  const { path, about, params, body } = action;
  const common = { method: 'POST', about, ...(params && { params }), ...(body && { body }) } as const;
  const act = async (request: RouteRequest): Promise<readonly [unknown, PageRequest]> => {
    const made = await pageRequest(request, site.parts);
    return [await action.act(made), made];
  };
  const forPeople: Route = {
    ...common,
    path,
    documented: false,
    async handle(request) {
      const [result, made] = await act(request);
      const next = action.next?.(result, made) ?? backOf(request);
      return { status: 303, headers: { location: localPath(next) }, ...cookiesOf(action, result, made) };
    },
  };
  const forPrograms: Route = {
    ...common,
    path: `/api${path}`,
    async handle(request) {
      const [result, made] = await act(request);
      const body = action.toJson === undefined ? result : action.toJson(result);
      return {
        headers: dataHeaders,
        ...(body !== undefined && { body }),
        ...cookiesOf(action, result, made),
      };
    },
  };
  return [forPeople, forPrograms].map((item) => ({ plugin, item }));
}

/** The headings of errors that people meet. The standard's titles are for programs. */
const headings: Readonly<Record<number, string>> = { 401: 'Sign in first', 403: 'Not allowed', 404: 'Not found' };

/** Shows an error to people. */
export async function problemPage(problem: Problem, request: RouteRequest, site: Site): Promise<Answer> {
  const view = viewOf(await pageRequest(request, site.parts), site.parts);
  const { html } = view;
  const [ways] = await view.slot('problem', [problem]);
  const title = headings[problem.status] ?? problem.title;
  const main = html`<h1>${title}</h1>
    <p>${sentence(problem.detail ?? 'Something went wrong on the server. It was logged.')}</p>
    ${ways} ${problem.status === 404 && html`<p><a href="/">Go to the front page</a></p>`}`;
  return {
    headers: pageHeaders,
    body: renderDocument(await layout({ title, main }, view, site.layout)),
  };
}

function cookiesOf(action: Action, result: unknown, request: PageRequest): Pick<Answer, 'cookies'> {
  const cookies = action.cookies?.(result, request);
  return cookies === undefined ? {} : { cookies };
}

/** Every form has the field `back`: the path of the page with the form. */
function backOf({ fields }: RouteRequest): string {
  return typeof fields['back'] === 'string' ? fields['back'] : '/';
}

/**
 * Returns a path of this site, whatever `path` is: an address of another site, or one that a browser takes for one, leads
 * to `/`. The result has no character that could end a header.
 */
export function localPath(path: string): string {
  const base = 'http://site.invalid';
  const url = URL.parse(path, base);
  if (url === null || url.origin !== base || !path.startsWith('/')) return '/';
  return `${url.pathname.replace(/^\/{2,}/, '/')}${url.search}${url.hash}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
