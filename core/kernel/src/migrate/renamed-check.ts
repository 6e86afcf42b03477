import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { latestRename } from '../ledger/events.ts';
import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import { formerNames } from '../plugin/former-names.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';

/**
 * Refuses a ledger with rows under another name of an active plugin: to the plan they would be those of a plugin that is
 * not active, and everything that they created would be created again. The other name is a former one, or the ledger was
 * renamed and this is older code. Makes a query only for a plugin without rows beside rows of inactive plugins. Throws
 * PLUGIN_RENAMED and PLUGIN_RENAMED_SINCE.
 */
export async function assertNotRenamed(
  session: Session,
  { plugins, byName }: PluginSet,
  { rows, format }: Ledger,
): Promise<void> {
  if (plugins.some(({ formerly = [] }) => formerly.length > 0)) assertNoFormerName(plugins, rows);
  const applied = new Set(rows.map(({ plugin }) => plugin));
  if (format < 2 || Array.from(applied).every((plugin) => byName.has(plugin))) return;
  const starting = plugins.filter(({ name, revisions }) => revisions.length > 0 && !applied.has(name));
  if (starting.length === 0) return;
  const names = starting.map(({ name }) => name);
  const renamed = await latestRename(session, { from: names });
  if (renamed !== null && applied.has(renamed.to)) throw kernelError('PLUGIN_RENAMED_SINCE', renamed);
}

function assertNoFormerName(plugins: PluginSet['plugins'], rows: readonly LedgerRow[]): void {
  const former = formerNames(plugins);
  const found = rows.find(({ plugin }) => former.has(plugin));
  if (found === undefined) return;
  const from = found.plugin;
  const revisions = rows.filter(({ plugin }) => plugin === from).length;
  throw kernelError('PLUGIN_RENAMED', { from, to: former.get(from) ?? from, revisions });
}
