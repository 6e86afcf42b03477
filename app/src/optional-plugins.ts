import type * as comments from '@headwater/plugin-comments';
import type * as likes from '@headwater/plugin-likes';
import type * as site from '@headwater/plugin-site';
import { contributionPoint, token } from '@headwater/kernel/plugin';

// The application also works without these plugins, so it imports only their types, which are erased, and gets their
// services by token name. It has no relations to their tables: those belong in a plugin that requires both.

/** Get it with `get.optional`. */
export const Likes = token<likes.Likes>('likes');

/** Get it with `get.optional`. */
export const Comments = token<comments.Comments>('comments');

/** Without the plugin `site`, contributions to its points have no effect. */
export const Pages = contributionPoint<site.Page>('site.pages');

/** See {@link Pages}. */
export const Actions = contributionPoint<site.Action>('site.actions');

/** See {@link Pages}. */
export const Slots = contributionPoint<site.SlotPart>('site.slots');
