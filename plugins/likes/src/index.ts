import { definePlugin } from '@headwater/core/plugin';
import { Like, LikedObject } from './entities.ts';

export { Like, LikedObject } from './entities.ts';

/** Likes on any object, and on every object the number it has. */
export default definePlugin({ name: 'likes', entities: [Like], extend: [LikedObject] });
