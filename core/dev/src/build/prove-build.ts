import { applyEffects, proveText, type RevisionEffects } from '@headwater/kernel/internal/ownership';
import {
  kernelPackage,
  loadPluginSet,
  loadRevisionFiles,
  openPackages,
  pluginPeers,
  readPluginPackage,
  realFolder,
  type Plugin,
  type PluginSet,
} from '@headwater/kernel/internal/plugins';
import { trackedSchema } from '@headwater/kernel/internal/sql';
import { subsetOf } from '../authoring/plugin-subset.ts';
import { devError } from '../error/dev-codes.ts';
import { replayUp } from '../shadow/replay.ts';
import { openShadow, type Shadow } from '../shadow/shadow.ts';
import { testConfig } from '../testing/test-config.ts';
import { verifyBranch } from '../verify/verify-branch.ts';
import { verifyOrders } from '../verify/verify-orders.ts';

/** Options of {@link proveBuild}. */
export interface BuildProofOptions {
  /** The URL of a server for the shadow; `null` for PGlite in this process. */
  readonly shadow: string | null;
  /** Receives the name of each stage, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/**
 * Proves the revisions of the plugin in `directory` as `migrate:verify` does, together with the plugins that it
 * requires. Returns the effects of the revisions that are proven by their text alone, by id. They go into the manifest,
 * so that an upgrade need not observe these revisions. Throws PLUGIN_BUILD_UNPROVEN, and the errors of packages,
 * revisions and shadows.
 */
export async function proveBuild(
  directory: string,
  { shadow: url, onStage }: BuildProofOptions,
): Promise<ReadonlyMap<string, RevisionEffects>> {
  const { set, plugin } = await pluginsOf(directory);
  if (plugin.revisions.length === 0) return new Map();
  onStage('opening the shadow');
  await using shadow = await openShadow(url, set.plugins);
  const all = subsetOf(set);
  const findings = [
    ...(await verifyBranch(shadow, plugin.name, all, (id) => onStage(`proving ${id}`))),
    ...(await verifyOrders(shadow, all, [plugin.name], 0, onStage)),
  ];
  const problems = findings.map(({ rule, revision, message }) => `${revision ?? plugin.name}: ${rule}: ${message}`);
  if (problems.length > 0) throw devError('PLUGIN_BUILD_UNPROVEN', { plugin: plugin.name, problems });
  onStage('reading effects');
  return await provenEffects(shadow, set, plugin);
}

/** Returns the plugin in `directory` from its sources, with the plugins that it requires. */
async function pluginsOf(directory: string): Promise<{ readonly set: PluginSet; readonly plugin: Plugin }> {
  const packages = openPackages();
  const fields = readPluginPackage(packages.read(realFolder(directory) ?? directory));
  const { name, file, entry, openTables } = fields;
  const requires = pluginPeers(file, packages).filter(({ optional }) => !optional);
  const config = testConfig({
    plugins: requires.map((peer) => peer.package),
    config: {},
    database: 'pglite://',
    folder: file.directory,
  });
  const others = (await loadPluginSet(config, kernelPackage())).plugins;
  const revisions = await loadRevisionFiles(fields);
  const plugin: Plugin = {
    name,
    package: file.name,
    version: file.version,
    directory: file.directory,
    from: 'sources',
    entry,
    requires,
    depth: Math.max(0, ...others.map(({ depth }) => depth + 1)),
    revisions,
    openTables,
  };
  const plugins = [...others, plugin];
  return { set: { plugins, byName: new Map(plugins.map((one) => [one.name, one])) }, plugin };
}

/**
 * Runs all revisions in a shadow, and reads the text of the plugin's own against the objects that exist at that moment,
 * as the ledger records them.
 */
async function provenEffects(
  shadow: Shadow,
  set: PluginSet,
  { name }: Plugin,
): Promise<ReadonlyMap<string, RevisionEffects>> {
  const { revisions } = subsetOf(set);
  await shadow.empty();
  await replayUp(shadow, revisions);
  const rows = await shadow.session.query<{ id: string; objects: RevisionEffects | null }>(
    "select plugin || '@' || slug as id, objects from kernel.ledger",
  );
  const observed = new Map(rows.map(({ id, objects }) => [id, objects]));
  const schema = trackedSchema();
  const proven = new Map<string, RevisionEffects>();
  for (const { id, plugin, up, transaction } of revisions) {
    const author = { id, plugin };
    const isOwn = plugin === name && up.kind === 'sql' && transaction;
    const context = { schema: trackedSchema(schema.objects), author, knowsAll: false, hidesCode: false };
    const proof = isOwn ? await proveText(up.text, context) : null;
    if (proof?.proven === true && proof.effects !== null) proven.set(id, proof.effects);
    const effects = observed.get(id) ?? null;
    if (effects !== null) applyEffects(schema, effects, author);
  }
  return proven;
}
