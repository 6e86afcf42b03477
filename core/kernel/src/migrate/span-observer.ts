import type { Observer } from '../run/run-context.ts';
import type { Spans } from '../telemetry/spans.ts';

/**
 * Adds a span for each transaction of revisions. Its revisions are known only once it is committed, and only the first
 * upgrade of an empty database has transactions with several.
 */
export function withSpans(observer: Observer = {}, spans: Spans): Observer {
  return {
    ...observer,
    commits(steps, milliseconds) {
      observer.commits?.(steps, milliseconds);
      if (steps.length === 0) return;
      const attributes = {
        'headwater.revision': steps.map(({ id }) => id),
        'headwater.direction': steps[0]?.direction ?? 'up',
      };
      spans.past('headwater.revision', attributes, milliseconds);
    },
  };
}
