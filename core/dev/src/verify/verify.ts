import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { PluginSet } from '@headwater/kernel/internal/plugins';
import { entityDrift, type EntityDrift } from '../authoring/entity-drift.ts';
import { openPluginLoader } from '../authoring/load-entities.ts';
import { closureOf, subsetOf } from '../authoring/plugin-subset.ts';
import { explainChange } from '../difference/explain-change.ts';
import type { Finding } from '../lint/finding.ts';
import { replayFailure } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { verifyBranch } from './verify-branch.ts';
import { verifyFinding, type VerifyRule } from './verify-finding.ts';
import { verifyOrders } from './verify-orders.ts';

/** The revisions to verify, and options. */
export interface VerifyOptions {
  /** Every active plugin. */
  readonly set: PluginSet;
  /** The names of the plugins to verify. */
  readonly plugins: readonly string[];
  /** The database in which the revisions run. Its content is lost. */
  readonly shadow: Shadow;
  /** The number of random orders to try. */
  readonly orders: number;
  /** Receives the name of each stage, which can take a minute. */
  readonly onStage: (stage: string) => void;
}

/** The outcome of {@link verify}. */
export interface Verified {
  readonly findings: readonly Finding<VerifyRule>[];
  /** The schema that the revisions of all active plugins produce; `null` if one of them fails. */
  readonly schema: Catalog | null;
}

/**
 * Proves the revisions of plugins in a shadow. Each revision runs with only its declared dependencies, is reverted by
 * its `down`, changes only its plugin's objects, and does not break other plugins' inserts. Every order in which a
 * database may run the revisions leads to the same schema, which is the one that the entities declare. Returns the
 * violations. Throws the errors of plugins and entities.
 */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { set, plugins, shadow, orders, onStage } = options;
  const findings: Finding<VerifyRule>[] = [];
  for (const plugin of plugins) {
    const required = subsetOf(set, closureOf(set, plugin));
    findings.push(...(await verifyBranch(shadow, plugin, required, (id) => onStage(`proving ${id}`))));
  }
  let compared: EntityDrift;
  try {
    onStage('comparing entities and revisions');
    compared = await entityDrift(shadow, set, openPluginLoader());
  } catch (error) {
    // A revision that fails has been reported already.
    if (replayFailure(error) === null || findings.length === 0) throw error;
    return { findings, schema: null };
  }
  const { drift, schema } = compared;
  findings.push(...(await verifyOrders(shadow, subsetOf(set), plugins, orders, onStage, schema)));
  for (const { plugin, changes } of drift) {
    if (!plugins.includes(plugin.name)) continue;
    const message = 'its entities have changes without a revision:';
    const differences = changes.map(explainChange);
    findings.push(verifyFinding({ rule: 'entities', plugin: plugin.name, revision: null, message, differences }));
  }
  return { findings, schema };
}
