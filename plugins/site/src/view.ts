import type { Contribution } from '@headwater/kernel/plugin';
import { HttpError, html, type Html, type RouteRequest } from '@headwater/plugin-http';
import type { FormField, Identity } from './identity.ts';
import type { PageRequest, View } from './page.ts';
import type { SlotName, SlotPart, SlotSubjects } from './slot.ts';
import { uiFor } from './ui.ts';

/** The contributions from which the site is made. */
export interface SiteParts {
  readonly identities: readonly Contribution<Identity>[];
  readonly formFields: readonly Contribution<FormField>[];
  /** By order, then by plugin. */
  readonly slotParts: readonly Contribution<SlotPart>[];
}

/** Recognizes the user of a request. */
export async function pageRequest(request: RouteRequest, { identities }: SiteParts): Promise<PageRequest> {
  let user = null;
  for (const { item } of identities) user ??= await item.of(request);
  const signedIn: PageRequest['signedIn'] = () => {
    if (user === null) throw new HttpError(401, 'sign in first');
    return user;
  };
  const permitted: PageRequest['permitted'] = (permission) => {
    if (signedIn().permissions.has(permission)) return signedIn();
    throw new HttpError(403, `this needs the permission "${permission}"`);
  };
  return { ...request, user, signedIn, permitted };
}

/** Returns the tools for the page of a request. */
export function viewOf(request: PageRequest, { formFields, slotParts }: SiteParts): View {
  const hidden = (): Readonly<Record<string, string>> => {
    const fields = formFields.flatMap(({ item }) => item.of(request) ?? []);
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  };
  const view: View = {
    ...request,
    html,
    // The page that answers a form has no address of its own.
    ui: uiFor(request.method === 'POST' ? '/' : request.url, hidden),
    async slot<Name extends SlotName>(name: Name, subjects: readonly SlotSubjects[Name][]): Promise<readonly Html[]> {
      if (subjects.length === 0) return [];
      const parts: (readonly Html[])[] = [];
      for (const { plugin, item } of slotParts) {
        if (item.slot !== name) continue;
        try {
          parts.push(await item.render(subjects, view));
        } catch (error) {
          const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
          request.log.error(`the plugin "${plugin}" could not fill the slot "${name}"`, { plugin, error: reason });
        }
      }
      return subjects.map((_, i) => parts.map((part) => part[i] ?? null));
    },
  };
  return view;
}
