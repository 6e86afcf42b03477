import { contributionPoint } from '@headwater/kernel/plugin';
import type { RouteRequest } from '@headwater/plugin-http';

/** The user who sends a request. */
export interface SiteUser {
  readonly id: number;
  readonly name: string;
  /** The names of the permissions that the user has. */
  readonly permissions: ReadonlySet<string>;
}

/** Recognizes the users of requests. */
export interface Identity {
  /** Returns the user of a request, or `null` for a visitor. */
  readonly of: (request: RouteRequest) => Promise<SiteUser | null>;
}

/** The contribution point for identities. The first one that knows the user of a request is used. Without one, all are visitors. */
export const Identities = contributionPoint<Identity>('site.identities');

/** Adds hidden fields to every form. */
export interface FormField {
  /** Returns the name and value of a field, or `null` to add none. */
  readonly of: (request: RouteRequest) => { readonly name: string; readonly value: string } | null;
}

/** The contribution point for hidden fields of forms, such as a token against forged requests. */
export const FormFields = contributionPoint<FormField>('site.form-fields');
