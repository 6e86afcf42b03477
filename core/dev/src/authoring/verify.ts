import { isDevError } from '../error/dev-codes.ts';
import { type PluginSet } from '@headwater/kernel/internal';
import type { Shadow } from '../shadow/shadow.ts';
import { checkEntities } from './check-entities.ts';
import type { Finding } from './finding.ts';
import { closureOf, openLoader, partOf } from './part.ts';
import { verifyBranch } from './verify-branch.ts';
import { verifyOrders } from './verify-orders.ts';

/** What to verify. */
export interface VerifyOptions {
  /** Every active plugin. */
  readonly set: PluginSet;
  /** The plugins to verify, by name. */
  readonly plugins: readonly string[];
  /** Where to try it. What is in it is lost. */
  readonly shadow: Shadow;
  /** So many orders of all revisions are drawn at random. */
  readonly orders: number;
  /** Told what is being done, which can take a minute. */
  readonly onStage: (stage: string) => void;
}

/**
 * Proves the revisions of plugins in a shadow: that each runs on what it depends on alone, is undone by its `down`, changes
 * only what is its plugin's and is no burden to others; that every order in which a database may get them comes to the
 * same; and that entities and revisions agree. Gives what is wrong. Throws what plugins and entities can get wrong.
 */
export async function verify({ set, plugins, shadow, orders, onStage }: VerifyOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const plugin of plugins) {
    const part = partOf(set, closureOf(set, plugin));
    findings.push(...(await verifyBranch(shadow, plugin, part, (id) => onStage(`proving ${id}`))));
  }
  const all = partOf(set, new Set(set.byName.keys()));
  findings.push(...(await verifyOrders(shadow, all, plugins, orders, onStage)));
  onStage('comparing entities and revisions');
  try {
    for (const { plugin, changes } of await checkEntities(shadow, set, openLoader())) {
      if (!plugins.includes(plugin)) continue;
      const message = 'its entities ask for what no revision makes:';
      findings.push({ plugin, revision: null, rule: 'entities', message, differences: changes });
    }
  } catch (error) {
    // Told already, revision by revision.
    if (!isDevError(error, 'SHADOW_FAILED') || findings.length === 0) throw error;
  }
  return findings;
}
