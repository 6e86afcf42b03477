import { contributionPoint, type StandardSchema } from '@headwater/kernel/plugin';
import type { Answer, Html, HtmlTag, RouteRequest } from '@headwater/plugin-http';
import type { SiteUser } from './identity.ts';
import type { SlotName, SlotSubjects } from './slot.ts';
import type { Ui } from './ui.ts';

/** A request for a page or an action. */
export interface PageRequest<Params = unknown, Query = unknown, Body = unknown> extends RouteRequest<
  Params,
  Query,
  Body
> {
  /** `null` for a visitor. */
  readonly user: SiteUser | null;
  /** Returns the user. Rejects a visitor with status 401. */
  readonly signedIn: () => SiteUser;
  /** Returns the user. Rejects a visitor with status 401, and a user without the permission with 403. */
  readonly permitted: (permission: string) => SiteUser;
}

/** The tools with which a page or a part of one is made. */
export interface View extends PageRequest {
  readonly html: HtmlTag;
  readonly ui: Ui;
  /** Returns the content of a slot for each subject. */
  readonly slot: <Name extends SlotName>(
    name: Name,
    subjects: readonly SlotSubjects[Name][],
  ) => Promise<readonly Html[]>;
}

/** The content of a page. */
export interface PageContent {
  /** The title of the document, without the name of the site. */
  readonly title: string;
  readonly main: Html;
}

/** A page at `path`. The JSON API serves its data at `/api` and the same path. */
export interface Page<Params = unknown, Query = unknown, Data = unknown> {
  /** The path with its parameters: `/stories/:story`. */
  readonly path: string;
  /** A short description, for the API document. */
  readonly about: string;
  /** Validates the parameters of the path. Default: unchecked. */
  readonly params?: StandardSchema<Params>;
  /** Validates the query. Default: unchecked. */
  readonly query?: StandardSchema<Query>;
  /** Whether the API serves the data. A page that only has a form has none. Default: true. */
  readonly api?: boolean;
  /** Returns the data of the page. */
  load(request: PageRequest<Params, Query>): Promise<Data> | Data;
  /** Shows the data. */
  view(data: Data, view: View): Promise<PageContent> | PageContent;
  /**
   * Returns the answer of the API, which has what slots add to the page. Default: the data.
   */
  toJson?(data: Data, request: PageRequest<Params, Query>): unknown;
}

/** Something that a user does: a form posts to `path`, and programs to `/api` and the same path. */
export interface Action<Params = unknown, Body = unknown, Result = unknown> {
  /** The path with its parameters: `/objects/:object/like`. */
  readonly path: string;
  /** A short description, for the API document. */
  readonly about: string;
  /** Validates the parameters of the path. Default: unchecked. */
  readonly params?: StandardSchema<Params>;
  /** Validates the fields of the form, or the JSON. Default: unchecked. */
  readonly body?: StandardSchema<Body>;
  /** Acts, and returns the result, which is also the answer of the API; `undefined` for an empty one. */
  act(request: PageRequest<Params, unknown, Body>): Promise<Result> | Result;
  /** Returns the path to which a browser goes afterwards. Default: the page with the form. */
  next?(result: Result, request: PageRequest<Params, unknown, Body>): string;
  /** Returns the answer of the API. Default: the result. */
  toJson?(result: Result): unknown;
  /** Returns cookies to set or, as `null`, to remove. Default: none. */
  cookies?(result: Result, request: PageRequest<Params, unknown, Body>): Answer['cookies'];
}

/**
 * The contribution point for pages.
 *
 * @example
 * contribute(Pages, {
 *   path: '/rivers',
 *   about: 'Lists the rivers.',
 *   load: ({ get }) => get(Rivers).list(),
 *   view: (rivers, { html }) => ({ title: 'Rivers', main: html`<ul>${rivers.map(({ name }) => html`<li>${name}</li>`)}</ul>` }),
 * });
 */
export const Pages = contributionPoint<Page>('site.pages', { key: ({ path }) => path.replaceAll(/:\w+/g, ':') });

/** The contribution point for actions. */
export const Actions = contributionPoint<Action>('site.actions', { key: ({ path }) => path.replaceAll(/:\w+/g, ':') });
