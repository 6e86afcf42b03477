import { definePlugin } from '../plugin.ts';
import { Activity, ContentObject, User } from './entities.ts';

export { Activity, ContentObject, User } from './entities.ts';

/** Plugin zero: users, the objects they make and what they do. The kernel loads it like any other plugin. */
export default definePlugin({ name: 'core', entities: [User, ContentObject, Activity] });
