import type { Activities, ObjectListener } from '@headwater/plugin-core';
import { Comment, Reply } from './entities.ts';

/** Returns a listener that records a {@link Reply} for every comment, even if it was published without the service. */
export function commentListener(activities: Activities): ObjectListener {
  return Object.freeze<ObjectListener>({
    async created(object) {
      if (!(object instanceof Comment)) return;
      const { author: actor, inReplyTo } = object;
      await activities.record(Reply, { actor, verb: 'reply', object: inReplyTo, comment: object });
    },
  });
}
