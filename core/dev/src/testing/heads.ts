import { createHash } from 'node:crypto';
import type { LoadedApp } from '@headwater/kernel/internal/boot';
import type { Session } from '@headwater/kernel/internal/database';
import { upgrade } from '@headwater/kernel/internal/migrations';
import { kernelPackage } from '@headwater/kernel/internal/plugins';

/** Upgrades an empty database to the heads of the active plugins. Throws the error that ends the upgrade. */
export async function upgradeToHeads(session: Session, { revisionSet, config }: LoadedApp): Promise<void> {
  const { error } = await upgrade({ session, revisionSet, settings: config.upgrade });
  if (error !== null) throw error;
}

/**
 * Returns a hash that identifies a database at its heads. If two databases have the same hash, the same user created
 * them with the same revisions of the same packages, and they have the same ledger. The hash does not cover modules
 * that a code revision imports.
 */
export function headsHash({ revisionSet }: LoadedApp, { user }: Pick<Session, 'user'>): string {
  const hash = createHash('sha256').update(`${kernelPackage().version}\n${user}`);
  for (const { package: from, version, revisions } of revisionSet.pluginSet.plugins) {
    hash.update(`\n${from} ${version}`);
    for (const { id, raw, up } of revisions) hash.update(`\n${id} ${raw} ${up.kind === 'code' ? String(up.run) : ''}`);
  }
  return hash.digest('hex').slice(0, 20);
}
