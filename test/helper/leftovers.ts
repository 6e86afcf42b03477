import { rmSync } from 'node:fs';

/** What removes the databases and folders that the tests of this worker have left. */
let removals: (() => unknown)[] = [];

/**
 * Has `remove` called after the current test file in `npm run test:full`, which creates some 20 GB of databases: more than
 * fits in memory. In `npm test` everything is removed at its end, which takes less time.
 */
export function removeAfterFile(remove: () => unknown): void {
  removals.push(remove);
}

/** Like `removeAfterFile`, for a folder. Returns the folder. */
export function removedAfterFile(folder: string): string {
  removeAfterFile(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Calls the removals, the newest first. */
export async function removeLeftovers(): Promise<void> {
  const all = removals.toReversed();
  removals = [];
  for (const remove of all) await remove();
}
