import type { Activities, ObjectListener } from '@headwater/plugin-core';
import { Comment, Reply } from './entities.ts';

/** Writes down an activity for every comment, also for those that are not made by this plugin's service. */
export function replyRecorder(activities: Activities): ObjectListener {
  return Object.freeze<ObjectListener>({
    async created(object) {
      if (!(object instanceof Comment)) return;
      const { author: actor, inReplyTo } = object;
      await activities.record(Reply, { actor, verb: 'reply', object: inReplyTo, comment: object });
    },
  });
}
