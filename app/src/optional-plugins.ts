import type * as comments from '@headwater/plugin-comments';
import type * as likes from '@headwater/plugin-likes';
import { token } from '@headwater/kernel/plugin';

// The application works without these plugins. So it asks for their services by name and imports only types, which are
// gone when it runs; and it has no relation to their tables, which would belong into a plugin that requires both.

/** Asked for with `get.optional`. */
export const Likes = token<likes.Likes>('likes');

/** Asked for with `get.optional`. */
export const Comments = token<comments.Comments>('comments');
