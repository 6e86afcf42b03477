import { z } from 'zod';
import { Users } from '@headwater/plugin-core';
import type { RouteRequest } from '@headwater/plugin-http';
import type { Action, Page, SlotPart } from '@headwater/plugin-site';
import { Accounts } from './accounts.ts';
import { clientNetwork } from './client-network.ts';
import { cookieName, sessionTokenOf } from './identity.ts';
import type { AccountsOptions } from './options.ts';
import { RateLimits } from './rate-limits.ts';
import { Sessions } from './sessions.ts';

const credentials = z.object({ name: z.string().max(64), password: z.string().max(200), back: z.string().optional() });
type CredentialFields = z.infer<typeof credentials>;

const backQuery = z.object({ back: z.string().optional() });
type BackQuery = z.infer<typeof backQuery>;

/** As many times the limit for one name apply to all names from one network, where a family or an office may sign in. */
const namesPerNetwork = 5;

/** The result of a sign-in. */
interface SignedIn {
  readonly user: number;
  readonly name: string;
  readonly sessionToken: string;
}

export const signInPage: Page<unknown, BackQuery, BackQuery> = {
  path: '/sign-in',
  about: 'The form to sign in.',
  api: false,
  query: backQuery,
  load: ({ query }) => query,
  view: ({ back = '/' }, { html, ui }) => ({
    title: 'Sign in',
    main: html`<h1>Sign in</h1>
      ${ui.form({
        action: '/sign-in',
        back,
        class: 'panel narrow',
        content: html`${ui.field({ name: 'name', label: 'Name', autocomplete: 'username', maxlength: 64 })}
          ${ui.field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
          <button>Sign in</button>`,
      })}
      <p>New here? <a href="/sign-up">Create an account</a>.</p>`,
  }),
};

export const signUpPage: Page<unknown, unknown, null> = {
  path: '/sign-up',
  about: 'The form to create an account.',
  api: false,
  load: () => null,
  view: (_, { html, ui }) => ({
    title: 'Create an account',
    main: html`<h1>Create an account</h1>
      ${ui.form({
        action: '/sign-up',
        back: '/',
        class: 'panel narrow',
        content: html`${ui.field({
          name: 'name',
          label: 'Name',
          autocomplete: 'username',
          maxlength: 64,
          hint: 'Letters, digits, ".", "_" and "-". Everybody can see it.',
        })}
          ${ui.field({
            name: 'password',
            label: 'Password',
            type: 'password',
            autocomplete: 'new-password',
            minlength: 10,
            maxlength: 200,
            hint: 'At least 10 characters.',
          })}
          <button>Create the account</button>`,
      })}
      <p>You have an account? <a href="/sign-in">Sign in</a>.</p>`,
  }),
};

/** The session's token is in the cookie alone, which no script can read. */
function withoutToken({ user, name }: SignedIn): object {
  return { user, name };
}

/** Returns the actions that begin and end sessions. */
export function sessionActions(options: AccountsOptions): readonly Action[] {
  /** Always a new session, so that nobody can know its token beforehand. */
  const begin = async (request: RouteRequest, user: number, name: string): Promise<SignedIn> => {
    const { get } = request;
    const old = sessionTokenOf(request);
    if (old !== null) await get(Sessions).end(old);
    await get(Users).touch(user);
    return { user, name, sessionToken: await get(Sessions).begin(user) };
  };
  const cookies: Action<unknown, CredentialFields, SignedIn>['cookies'] = ({ sessionToken }, request) => ({
    [cookieName(request)]: { value: sessionToken, maxAge: options.sessionDays * 86_400, secure: request.isSecure },
  });

  const signIn: Action<unknown, CredentialFields, SignedIn> = {
    path: '/sign-in',
    about: 'Signs in, and sets the cookie of the session.',
    body: credentials,
    async act(request) {
      const { get, body, ip } = request;
      const network = clientNetwork(ip);
      // A limit for the name from everywhere would let anybody lock its owner out.
      const forName = { attempts: options.signInsPerMinute, seconds: 60 };
      await get(RateLimits).take(`sign-in:${network}`, { ...forName, attempts: forName.attempts * namesPerNetwork });
      await get(RateLimits).take(`sign-in:${network}:${body.name}`, forName);
      return begin(request, await get(Accounts).verify(body), body.name);
    },
    toJson: withoutToken,
    cookies,
  };

  const signUp: Action<unknown, CredentialFields, SignedIn> = {
    path: '/sign-up',
    about: 'Creates an account, signs in, and sets the cookie of the session.',
    body: credentials,
    async act(request) {
      const { get, body, ip } = request;
      await get(RateLimits).take(`sign-up:${clientNetwork(ip)}`, { attempts: options.signUpsPerHour, seconds: 3600 });
      const { id, name } = await get(Accounts).create(body);
      return begin(request, id, name);
    },
    toJson: withoutToken,
    cookies,
  };

  const signOut: Action = {
    path: '/sign-out',
    about: 'Ends the session.',
    async act(request) {
      const sessionToken = sessionTokenOf(request);
      if (sessionToken !== null) await request.get(Sessions).end(sessionToken);
    },
    next: () => '/',
    cookies: (_, request) => ({ [cookieName(request)]: null }),
  };

  return [signIn, signUp, signOut];
}

const profileParams = z.object({ name: z.string() });

/** The data of a profile. */
interface Profile {
  readonly id: number;
  readonly name: string;
  readonly displayName: string | null;
  readonly createdAt: Date;
}

export const profilePage: Page<z.infer<typeof profileParams>, unknown, Profile> = {
  path: '/users/:name',
  about: 'Shows a user.',
  params: profileParams,
  async load({ get, params }) {
    const { id, name, displayName, createdAt } = await get(Users).byName(params.name);
    return { id, name, displayName: displayName ?? null, createdAt };
  },
  async view({ id, name, displayName, createdAt }, { html, ui, slot }) {
    const [parts] = await slot('profile', [{ id, name }]);
    return {
      title: name,
      main: html`<h1>${ui.avatar({ name })}${displayName ?? name}</h1>
        <p class="details">${displayName !== null && html`<span>${name}</span>`} <span>here since ${ui.time(createdAt)}</span></p>
        ${parts}`,
    };
  },
};

/** The links to the own profile and to the sign-in form. */
export const accountNavigation: SlotPart<'navigation'> = {
  slot: 'navigation',
  order: 100,
  render: ([path = '/'], { html, ui, user }) => [
    user === null
      ? html`<span class="end"><a href="/sign-in">Sign in</a><a href="/sign-up">Sign up</a></span>`
      : html`<span class="end"
          ><a href=${`/users/${encodeURIComponent(user.name)}`} aria-current=${path === `/users/${encodeURIComponent(user.name)}` && 'page'}
            >${user.name}</a
          >
          ${ui.form({ action: '/sign-out', content: html`<button class="plain">Sign out</button>` })}</span
        >`,
  ],
};

/** A visitor who must sign in gets the link. */
export const signInLink: SlotPart<'problem'> = {
  slot: 'problem',
  render: (problems, { html }) =>
    problems.map(
      ({ status }) =>
        status === 401 &&
        html`<p><a class="button" href="/sign-in">Sign in</a> or <a href="/sign-up">create an account</a>.</p>`,
    ),
};
