import { Activity, type Activities, type ObjectListener } from '@headwater/plugin-core';
import { Story } from './entities.ts';

/** Returns a listener that records an activity for every story. */
export function storyListener(activities: Activities): ObjectListener {
  return Object.freeze<ObjectListener>({
    async created(object) {
      if (object instanceof Story) await activities.record(Activity, { actor: object.author, verb: 'post', object });
    },
  });
}
