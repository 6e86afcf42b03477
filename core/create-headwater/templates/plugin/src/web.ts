import { contributionPoint } from '@headwater/kernel/plugin';
import type { Route } from '@headwater/plugin-http';
import type { Action, Page, SlotPart } from '@headwater/plugin-site';
import { z } from 'zod';
import { Notes, type Note } from './notes.ts';

// The plugin also works without a web server. So it imports only types of `http` and `site`, which are erased, and names
// their contribution points.

/** The point of the plugin `http`. */
export const Routes = contributionPoint<Route>('http.routes');

/** The points of the plugin `site`. */
export const Pages = contributionPoint<Page>('site.pages');
export const Actions = contributionPoint<Action>('site.actions');
export const Slots = contributionPoint<SlotPart>('site.slots');

const userParams = z.object({ user: z.coerce.number().int() });

/** A route for programs. */
export const notesOfUser: Route<z.infer<typeof userParams>> = {
  method: 'GET',
  path: '/api/my-plugin/users/:user',
  about: "Returns a user's latest notes.",
  params: userParams,
  handle: async ({ get, params: { user } }) => ({
    body: { count: await get(Notes).countOf(user), notes: await get(Notes).latest(20, user) },
  }),
};

/** The data of the page, which the API also answers with. */
interface NotesPage {
  readonly notes: readonly Note[];
  readonly mayWrite: boolean;
}

/** Returns the page at `path`: the latest notes, and a form for users. */
export function notesPage(path: string): Page<unknown, unknown, NotesPage> {
  return {
    path,
    about: 'Lists the latest notes.',
    load: async ({ get, user }) => ({ notes: await get(Notes).latest(20), mayWrite: user !== null }),
    view: ({ notes, mayWrite }, { html, ui }) => ({
      title: 'Notes',
      main: html`<h1>Notes</h1>
        ${
          mayWrite &&
          ui.form({
            action: '/my-plugin',
            class: 'panel',
            back: path,
            content: html`${ui.field({ name: 'text', label: 'Note', type: 'textarea' })} <button>Write</button>`,
          })
        }
        ${notes.length === 0 && html`<p class="quiet">None yet.</p>`}
        ${notes.map(
          ({ author, text, createdAt }) =>
            html`<article class="panel">
              <p class="details">${ui.user({ name: author })} ${ui.time(createdAt)}</p>
              ${ui.text(text)}
            </article>`,
        )}`,
    }),
  };
}

const noteFields = z.object({ text: z.string() });

/** The action of the form. */
export const write: Action<unknown, z.infer<typeof noteFields>, { readonly id: number }> = {
  path: '/my-plugin',
  about: 'Writes a note.',
  body: noteFields,
  act: async ({ get, signedIn, body: { text } }) => ({ id: await get(Notes).add(signedIn().id, text) }),
};

/** Returns the link in the navigation of every page. */
export function notesLink(path: string): SlotPart<'navigation'> {
  return { slot: 'navigation', render: (pages, { html }) => pages.map(() => html`<a href=${path}>Notes</a>`) };
}

/** The number of notes on a user's profile. */
export const profileNotes: SlotPart<'profile'> = {
  slot: 'profile',
  async render(users, { get, html }) {
    const counts = await Promise.all(users.map(({ id }) => get(Notes).countOf(id)));
    return counts.map((count) => html`<p>${count} ${count === 1 ? 'note' : 'notes'}</p>`);
  },
};
