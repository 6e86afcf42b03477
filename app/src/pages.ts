import { Users } from '@headwater/plugin-core';
import type { Action, Html, Page, PageContent, PageObject, SlotPart, View } from '@headwater/plugin-site';
import { z } from 'zod';
import { FrontPage, type FrontPageStory, type StoryOrder, type StoryPage } from './front-page.ts';
import { Stories, type PublishedStory } from './stories.ts';

const listQuery = z.object({ after: z.string().max(200).optional() });
type ListQuery = z.infer<typeof listQuery>;

/** Returns the page of a list of stories. */
export function listPage(order: StoryOrder, path: string, title: string): Page<unknown, ListQuery, StoryPage> {
  return {
    path,
    about: order === 'top' ? 'Lists the stories with the highest score.' : 'Lists the newest stories.',
    query: listQuery,
    load: ({ get, query: { after } }) => get(FrontPage).page({ order, after }),
    // On the page, the plugin with the comments shows their number.
    toJson: async ({ stories, next }, { get }) => ({ stories: await get(FrontPage).count(stories), next }),
    async view({ stories, next }, view): Promise<PageContent> {
      const { html, ui } = view;
      return {
        title: path === '/' ? '' : title,
        main: html`<h1>${title}</h1>
          ${stories.length === 0 && html`<p>No stories yet. <a href="/submit">Submit the first one</a>.</p>`}
          ${await storyList(stories, view)}
          ${ui.more(next === null ? null : `${path}?after=${encodeURIComponent(next)}`)}`,
      };
    },
  };
}

async function storyList(stories: readonly FrontPageStory[], view: View): Promise<Html> {
  const { html, ui } = view;
  const objects = stories.map(({ id, author, authorId }) => pageObject(id, { id: authorId, name: author }));
  const details = await view.slot('object.details', objects);
  const actions = await view.slot('object.actions', objects);
  return html`<ol class="stories">
    ${stories.map(
      ({ id, title, url, author, createdAt }, i) =>
        html`<li class="story">
          <a class="title" href=${url ?? `/stories/${id}`}>${title}</a> ${host(url, view)}
          <div class="details">
            ${actions[i]} ${ui.user({ name: author })} <a href=${`/stories/${id}`}>${ui.time(createdAt)}</a> ${details[i]}
          </div>
        </li>`,
    )}
  </ol>`;
}

const userParams = z.object({ name: z.string().max(64) });

/** A part of the stories of a user. */
interface UserStories extends StoryPage {
  readonly user: PageObject['author'];
}

export const userStoriesPage: Page<z.infer<typeof userParams>, ListQuery, UserStories> = {
  path: '/users/:name/stories',
  about: 'Lists the stories of a user, latest first.',
  params: userParams,
  query: listQuery,
  async load({ get, params, query: { after } }) {
    const { id, name } = await get(Users).byName(params.name);
    return { user: { id, name }, ...(await get(FrontPage).page({ order: 'newest', author: id, after })) };
  },
  toJson: async (list, { get }) => ({ ...list, stories: await get(FrontPage).count(list.stories) }),
  async view({ user, stories, next }, view) {
    const { html, ui } = view;
    return {
      title: `Stories by ${user.name}`,
      main: html`<h1>Stories by ${ui.user(user)}</h1>
        ${await storyList(stories, view)} ${ui.more(next === null ? null : userStoriesPath(user.name, next))}`,
    };
  },
};

function userStoriesPath(name: string, after: string): string {
  return `/users/${encodeURIComponent(name)}/stories?after=${encodeURIComponent(after)}`;
}

const storyParams = z.object({ story: z.coerce.number().int() });
type StoryParams = z.infer<typeof storyParams>;

export const storyPage: Page<StoryParams, unknown, PublishedStory> = {
  path: '/stories/:story',
  about: 'Shows a story.',
  params: storyParams,
  load: ({ get, params: { story } }) => get(Stories).get(story),
  async view({ id, title, url, author, createdAt }, view) {
    const { html, ui, slot } = view;
    const objects = [pageObject(id, author)];
    const [details] = await slot('object.details', objects);
    const [actions] = await slot('object.actions', objects);
    const [below] = await slot('object.below', objects);
    return {
      title,
      main: html`<article>
          <h1>${url === null ? title : html`<a href=${url} rel="nofollow ugc">${title}</a>`} ${host(url, view)}</h1>
          <div class="details">${actions} ${ui.user(author)} ${ui.time(createdAt)} ${details}</div>
        </article>
        ${below}`,
    };
  },
};

export const submitPage: Page<unknown, unknown, null> = {
  path: '/submit',
  about: 'The form to submit a story.',
  api: false,
  load({ signedIn }) {
    signedIn();
    return null;
  },
  view: (_, { html, ui }) => ({
    title: 'Submit a story',
    main: html`<h1>Submit a story</h1>
      ${ui.form({
        action: '/submit',
        class: 'panel',
        content: html`${ui.field({ name: 'title', label: 'Title', maxlength: 255 })}
          ${ui.field({
            name: 'url',
            label: 'Link',
            type: 'url',
            required: false,
            maxlength: 2000,
            hint: 'Without a link, the story is a question.',
          })}
          <button>Submit</button>`,
      })}`,
  }),
};

const storyFields = z.object({ title: z.string(), url: z.string().optional() });
type StoryFields = z.infer<typeof storyFields>;

export const submit: Action<unknown, StoryFields, { readonly id: number }> = {
  path: '/submit',
  about: 'Submits a story.',
  body: storyFields,
  async act({ get, signedIn, body: { title, url = '' } }) {
    const { id } = await get(Stories).post({ author: signedIn().id, title, ...(url !== '' && { url }) });
    return { id };
  },
  next: ({ id }) => `/stories/${id}`,
};

/** The links to the lists and to the form. */
export const storyNavigation: SlotPart<'navigation'> = {
  slot: 'navigation',
  render: ([path], { html }) => {
    const link = (to: string, text: string) => html`<a href=${to} aria-current=${path === to && 'page'}>${text}</a>`;
    return [[link('/', 'Top'), link('/newest', 'Newest'), link('/submit', 'Submit')]];
  },
};

/** The latest stories of a user. */
export const profileStories: SlotPart<'profile'> = {
  slot: 'profile',
  render: (users, view) =>
    Promise.all(
      users.map(async ({ id, name }) => {
        const { stories, next } = await view.get(FrontPage).page({ order: 'newest', author: id, limit: 20 });
        return view.html`<section>
          <h2>Stories</h2>
          ${stories.length === 0 ? view.html`<p class="quiet">None yet.</p>` : await storyList(stories, view)}
          ${view.ui.more(next === null ? null : userStoriesPath(name, next))}
        </section>`;
      }),
    ),
};

function pageObject(id: number, author: PageObject['author']): PageObject {
  return { id, author, path: `/stories/${id}` };
}

/** The host of a link, so that readers see where it leads. */
function host(url: string | null, { html }: View): Html {
  const parsed = url === null ? null : URL.parse(url);
  return parsed !== null && html`<small class="quiet">${parsed.host.replace(/^www\./, '')}</small>`;
}
