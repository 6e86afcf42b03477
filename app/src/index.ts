import { definePlugin } from '@headwater/core/plugin';
import { Story } from './entities.ts';

export { Story } from './entities.ts';

/** The application: a community that posts stories. It needs core alone; what else is activated adds to it. */
export default definePlugin({ name: 'app', entities: [Story] });
