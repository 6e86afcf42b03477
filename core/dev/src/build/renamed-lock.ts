import {
  normalHash,
  type LockedRevision,
  type PluginFields,
  type Revision,
  type RevisionsLock,
} from '@headwater/kernel/internal/plugins';

/**
 * Returns the recorded revisions of a plugin with its current name, if they were built under a former one. The hash of a
 * revision contains the name. It becomes that of the current name only if nothing but the name has changed.
 */
export async function renamedLock(
  recorded: RevisionsLock['revisions'],
  { name, formerly }: Pick<PluginFields, 'name' | 'formerly'>,
  revisions: readonly Revision[],
): Promise<RevisionsLock['revisions']> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const lock: Record<string, LockedRevision> = {};
  for (const [id, locked] of Object.entries(recorded)) {
    const current = formerly.includes(pluginIn(id)) ? renamed(id, name) : id;
    const revision = current === id ? undefined : byId.get(current);
    const isEqual = revision !== undefined && (await normalHash(underName(revision, id))) === locked.normal;
    lock[current] = isEqual ? { ...locked, normal: await normalHash(revision) } : locked;
  }
  return lock;
}

/** Returns a revision as it was when its plugin had the name in `id`. */
function underName(revision: Revision, id: string): Revision {
  return { ...revision, id, revises: revision.revises.map((one) => renamed(one, pluginIn(id))) };
}

function pluginIn(id: string): string {
  return id.slice(0, id.indexOf('@'));
}

function renamed(id: string, plugin: string): string {
  return `${plugin}${id.slice(id.indexOf('@'))}`;
}
