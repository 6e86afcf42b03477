import { contributionPoint } from '@headwater/kernel/plugin';
import type { ContentObject } from './entities.ts';

/**
 * Hears of objects, whoever made them and of whatever kind. Each is called within the transaction that makes or deletes
 * the object, and in plugin order; what throws rolls all of it back, the object included. It is how plugins act on each
 * other's objects without knowing each other.
 */
export interface ObjectListener {
  /** After an object was written; it has its id. `object instanceof Story` tells the kind. */
  readonly created?: (object: ContentObject) => Promise<void> | void;
  /** After an object was marked as deleted. */
  readonly deleted?: (object: ContentObject) => Promise<void> | void;
}

/** What may happen to an object. */
export type ObjectEvent = keyof ObjectListener;

/** Where plugins give their listeners. */
export const ObjectListener = contributionPoint<ObjectListener>('core.object-listeners');

/** A plugin's listener threw, and nothing of what it was told of has happened. */
export class ObjectListenerError extends Error {
  override readonly name = 'ObjectListenerError';
  /** Whose listener it is. */
  readonly plugin: string;
  readonly event: ObjectEvent;

  constructor(plugin: string, event: ObjectEvent, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the listener of the plugin "${plugin}" failed when an object was ${event}: ${reason}`, { cause });
    this.plugin = plugin;
    this.event = event;
  }
}
