import { kernelError } from '../error/kernel-codes.ts';
import { longestName } from '../sql/default-name.ts';
import { parseName } from '../sql/qualified-name.ts';
import { entityOwner } from './entity-owner.ts';
import type { EntityOwnership } from './entity-ownership.ts';
import type { DiscoveredEntities } from './metadata.ts';
import { pluginRef } from './plugin-entities.ts';

/** Checks that PostgreSQL would not truncate the name of any object. Throws IDENTIFIER_TOO_LONG. */
export function assertNamesFit({ objects }: EntityOwnership, entities: DiscoveredEntities): void {
  const named = objects.flatMap(({ kind, name, owner }) => {
    const plugin = entities.plugins.find((other) => other.name === owner);
    return kind === 'entity' || plugin === undefined ? [] : [{ kind, name: parseName(name).name, plugin }];
  });
  // The names of checks come from the metadata, because they are already truncated in the generated schema.
  const checks = [...entities.metadata.values()].flatMap((meta) => {
    const plugin = entityOwner(meta, entities);
    return plugin === null ? [] : meta.checks.map(({ name = '' }) => ({ kind: 'check', name, plugin }));
  });
  for (const { kind, name, plugin } of [...named, ...checks]) {
    const bytes = Buffer.byteLength(name);
    if (bytes > longestName) throw kernelError('IDENTIFIER_TOO_LONG', { ...pluginRef(plugin), kind, name, bytes });
  }
}
