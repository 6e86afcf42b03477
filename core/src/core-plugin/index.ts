import { definePlugin } from '../plugin.ts';

/** Plugin zero: users, the objects they make and what they do. The kernel loads it like any other plugin. */
export default definePlugin({ name: 'core' });
