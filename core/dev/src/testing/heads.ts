import { createHash } from 'node:crypto';
import { kernelPackage, upgrade, type Prepared, type Session } from '@headwater/kernel/internal';

/** Brings an empty database to the heads of the active plugins. Throws what ends an upgrade. */
export async function upgradeToHeads(session: Session, { blueprint, config }: Prepared): Promise<void> {
  const { error } = await upgrade({ session, blueprint, settings: config.upgrade });
  if (error !== null) throw error;
}

/**
 * Tells databases at their heads apart: two with the same hash were made by the same user with the same revisions of the
 * same packages, and have the same ledger. What a code revision imports is not looked at.
 */
export function headsHash({ blueprint }: Prepared, { user }: Pick<Session, 'user'>): string {
  const hash = createHash('sha256').update(`${kernelPackage().version}\n${user}`);
  for (const { package: from, version, revisions } of blueprint.set.plugins) {
    hash.update(`\n${from} ${version}`);
    for (const { id, raw, up } of revisions) hash.update(`\n${id} ${raw} ${up.kind === 'code' ? String(up.run) : ''}`);
  }
  return hash.digest('hex').slice(0, 20);
}
