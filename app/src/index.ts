import { definePlugin } from '@headwater/core/plugin';

/** The application: a community that posts stories. It needs core alone; what else is activated adds to it. */
export default definePlugin({ name: 'app' });
