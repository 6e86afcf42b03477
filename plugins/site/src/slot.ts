import { contributionPoint } from '@headwater/kernel/plugin';
import type { Html, Problem } from '@headwater/plugin-http';
import type { View } from './page.ts';

/** An object on a page. */
export interface PageObject {
  readonly id: number;
  readonly author: { readonly id: number; readonly name: string };
  /** The path of the page that shows the object. */
  readonly path: string;
}

/** The slots of pages, with the type of their subjects: the things that a slot is about. */
export interface SlotSubjects {
  /** The navigation of every page. Its only subject is the path of the page. */
  readonly navigation: string;
  /** Small facts and links below the title of an object. */
  readonly 'object.details': PageObject;
  /** The buttons of an object. */
  readonly 'object.actions': PageObject;
  /** Content below an object that has a page of its own. */
  readonly 'object.below': PageObject;
  /** Parts of a user's profile. */
  readonly profile: { readonly id: number; readonly name: string };
  /** The way out of an error. */
  readonly problem: Problem;
}

/** The name of a slot. */
export type SlotName = keyof SlotSubjects;

/** A part that a plugin puts into a slot. */
export interface SlotPart<Name extends SlotName = SlotName> {
  readonly slot: Name;
  /** Parts with a lower number come first. Default: 0. */
  readonly order?: number;
  /**
   * Returns the part for each subject, in order. A list of objects is a single call, so one query can serve the whole
   * page. If it throws, the page is shown without it.
   */
  render(subjects: readonly SlotSubjects[Name][], view: View): Promise<readonly Html[]> | readonly Html[];
}

/**
 * The contribution point for parts of pages.
 *
 * @example
 * contribute(Slots, {
 *   slot: 'object.details',
 *   render: (objects, { html }) => objects.map(({ id }) => html`<span>no. ${id}</span>`),
 * });
 */
export const Slots = contributionPoint<SlotPart>('site.slots');
