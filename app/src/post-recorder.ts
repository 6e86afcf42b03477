import { Activity, type Activities, type ObjectListener } from '@headwater/plugin-core';
import { Story } from './entities.ts';

/** Writes down an activity for every story, whoever published it. */
export function postRecorder(activities: Activities): ObjectListener {
  return Object.freeze<ObjectListener>({
    async created(object) {
      if (object instanceof Story) await activities.record(Activity, { actor: object.author, verb: 'post', object });
    },
  });
}
