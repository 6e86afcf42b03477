import { definePlugin } from '@headwater/core/plugin';

/** Likes on any object, and on every object the number it has. */
export default definePlugin({ name: 'likes' });
