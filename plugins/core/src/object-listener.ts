import { contributionPoint } from '@headwater/kernel/plugin';
import type { ContentObject } from './entities.ts';

/**
 * Callbacks for new, deleted and restored objects. They let a plugin react to the objects of plugins that it does not know.
 * Listeners run in plugin order, in the transaction that writes the object. If one throws, the whole transaction is
 * rolled back, the object included.
 */
export interface ObjectListener {
  /** Called after an object was written, so it has an id. Test its class with `object instanceof Story`. */
  readonly created?: (object: ContentObject) => Promise<void> | void;
  /** Called after an object was marked as deleted. */
  readonly deleted?: (object: ContentObject) => Promise<void> | void;
  /** Called after the mark of a deleted object was taken back. */
  readonly restored?: (object: ContentObject) => Promise<void> | void;
}

/** An object event. */
export type ObjectEvent = keyof ObjectListener;

/** The contribution point for listeners. */
export const ObjectListener = contributionPoint<ObjectListener>('core.object-listeners');

/** The error of a listener that threw. The object was not written or deleted. */
export class ObjectListenerError extends Error {
  override readonly name = 'ObjectListenerError';
  /** The plugin that contributed the listener. */
  readonly plugin: string;
  readonly event: ObjectEvent;

  constructor(plugin: string, event: ObjectEvent, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the listener of the plugin "${plugin}" failed when an object was ${event}: ${reason}`, { cause });
    this.plugin = plugin;
    this.event = event;
  }
}
