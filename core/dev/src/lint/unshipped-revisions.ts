import { readLock, type Plugin } from '@headwater/kernel/internal/plugins';

/**
 * Returns the revisions of this workspace's plugins that no build has recorded in `revisions.lock.json`. No release has
 * shipped them. Throws REVISIONS_LOCK_INVALID.
 */
export function unshippedRevisions(plugins: readonly Plugin[]): ReadonlySet<string> {
  const own = plugins.filter(({ from }) => from === 'sources');
  return new Set(
    own.flatMap(({ directory, revisions }) => {
      const shipped = readLock(directory).revisions;
      return revisions.flatMap(({ id }) => (Object.hasOwn(shipped, id) ? [] : [id]));
    }),
  );
}
