import { hold, type Switch } from './v8-switch.ts';

/** The factor by which V8 enlarges the young generation, where new objects are, whenever many of them survive. */
const growth: Switch = {
  usual: '--semi-space-growth-factor=2',
  set: '--semi-space-growth-factor=1',
  holders: 0,
};

/**
 * While held, V8 keeps the size of the young generation. It would otherwise grow to 32 MB while thousands of revisions
 * are read and run, and fill up with garbage before it is collected.
 */
export function keepYoungGeneration(): Disposable {
  return hold(growth);
}
