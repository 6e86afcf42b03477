import { openProgress, type Context } from '@headwater/kernel/internal/command';
import type { Config } from '@headwater/kernel/internal/config';
import type { Session } from '@headwater/kernel/internal/database';
import { loadRevisionSet, stamp } from '@headwater/kernel/internal/migrations';

/** Reloads the plugins with the new files, and stamps their revisions. Returns the ids of those that got a row. */
export async function stampAdopted(
  session: Session,
  context: Context,
  config: Config,
  targets: readonly string[],
): Promise<readonly string[]> {
  const revisionSet = await loadRevisionSet(config);
  const { observer, end } = openProgress(context);
  try {
    return (await stamp({ session, revisionSet, settings: config.upgrade, observer }, targets)).stamped;
  } finally {
    end();
  }
}
