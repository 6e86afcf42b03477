import { applyEffects, proveText, type RevisionEffects } from '@headwater/kernel/internal/ownership';
import type { Config } from '@headwater/kernel/internal/config';
import {
  builtModuleOf,
  formerNames,
  importDefinition,
  kernelPackage,
  loadPluginSet,
  loadRevisionFiles,
  lockPath,
  openPackages,
  pluginPeers,
  readLock,
  readPluginPackage,
  realFolder,
  withCurrentNames,
  type Plugin,
  type PluginDescription,
  type PluginSet,
} from '@headwater/kernel/internal/plugins';
import { trackedSchema } from '@headwater/kernel/internal/sql';
import { entityDrift } from '../authoring/entity-drift.ts';
import { openPluginLoader } from '../authoring/load-entities.ts';
import { subsetOf } from '../authoring/plugin-subset.ts';
import { explainChange } from '../difference/explain-change.ts';
import { devError } from '../error/dev-codes.ts';
import { replayUp } from '../shadow/replay.ts';
import { openShadow, type Shadow } from '../shadow/shadow.ts';
import { testConfig } from '../testing/test-config.ts';
import { verifyBranch } from '../verify/verify-branch.ts';
import { verifyOrders } from '../verify/verify-orders.ts';
import { assertOutput } from './check-output.ts';
import { describePlugin } from './describe-plugin.ts';

/** Options of {@link proveBuild}. */
export interface BuildProofOptions {
  /** The URL of a server for the shadow; `null` for PGlite in this process. */
  readonly shadow: string | null;
  /** The ids of the revisions to prove. The others were proven when the lock file recorded them. */
  readonly added: readonly string[];
  /** Whether nothing is published, so that entities are not compared with revisions. Default: false. */
  readonly check?: boolean;
  /** Receives the name of each stage, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/** What the text of a revision proves. It goes into the manifest, so that an upgrade need not observe the revision. */
export interface TextProof {
  /** JSON. */
  readonly effects: string;
  readonly keepsSession: boolean;
}

/**
 * Proves new revisions of the plugin in `directory` as `migrate:verify` does, together with the plugins that it
 * requires, and that its revisions produce what its entities declare. Opens a shadow only if that, or an opaque revision,
 * needs one. Returns the proofs of the revisions that are proven by their text alone, by id. Throws PLUGIN_BUILD_DRIFT,
 * PLUGIN_BUILD_UNPROVEN, and the errors of packages, revisions and shadows.
 */
export async function proveBuild(
  directory: string,
  { shadow: url, added, check = false, onStage }: BuildProofOptions,
): Promise<ReadonlyMap<string, TextProof>> {
  const { set, plugin } = await pluginsOf(directory);
  const readable = await provenEffects(set, plugin, new Map());
  const comparesEntities = !check && (await hasEntities(plugin));
  if (added.length === 0 && readable !== null && !comparesEntities) return readable;
  onStage('opening the shadow');
  await using shadow = await openShadow(url, set.plugins);
  if (comparesEntities) await assertNoDrift(shadow, set, plugin, onStage);
  if (added.length > 0) await assertProven(shadow, set, plugin, added, onStage);
  if (readable !== null) return readable;
  onStage('reading effects');
  const observed = await observedEffects(shadow, set);
  return (await provenEffects(set, plugin, observed)) ?? new Map();
}

async function assertProven(
  shadow: Shadow,
  set: PluginSet,
  { name }: Plugin,
  added: readonly string[],
  onStage: BuildProofOptions['onStage'],
): Promise<void> {
  const all = subsetOf(set);
  const findings = [
    ...(await verifyBranch(shadow, name, all, (id) => onStage(`proving ${id}`), new Set(added))),
    ...(await verifyOrders(shadow, all, [name], 0, onStage)),
  ];
  const problems = findings.map(({ rule, revision, message }) => `${revision ?? name}: ${rule}: ${message}`);
  if (problems.length > 0) throw devError('PLUGIN_BUILD_UNPROVEN', { plugin: name, problems });
}

/**
 * Returns the record of the objects that the entities of the plugin in `directory` declare. A plugin without entities
 * needs no record. Throws PLUGIN_BUILD_UNRECORDED, and the errors of packages, revisions and of importing the plugin.
 */
export async function declaredRecord(directory: string): Promise<readonly string[]> {
  const { plugin } = await pluginsOf(directory);
  const { declared } = readLock(plugin.directory);
  if (declared !== null) return declared;
  if (!(await hasEntities(plugin))) return [];
  throw devError('PLUGIN_BUILD_UNRECORDED', { plugin: plugin.name, lock: lockPath(plugin.directory) });
}

async function hasEntities(plugin: Plugin): Promise<boolean> {
  const { entities = [], extend = [] } = await importDefinition(plugin);
  return entities.length > 0 || extend.length > 0;
}

async function assertNoDrift(
  shadow: Shadow,
  set: PluginSet,
  { name }: Plugin,
  onStage: BuildProofOptions['onStage'],
): Promise<void> {
  onStage('comparing entities and revisions');
  const { drift } = await entityDrift(shadow, set, openPluginLoader());
  const own = drift.find(({ plugin }) => plugin.name === name);
  if (own !== undefined)
    throw devError('PLUGIN_BUILD_DRIFT', { plugin: name, changes: own.changes.map(explainChange) });
}

/**
 * Describes the plugin in `directory` for its manifest, from its sources. Unless `check` is set, the compiled plugin must
 * be the same. Throws PLUGIN_BUILD_OUTPUT, and the errors of loading and binding.
 */
export async function describeBuild(directory: string, check: boolean): Promise<PluginDescription> {
  const { set, plugin, config, built } = await pluginsOf(directory);
  const description = await describePlugin(set, plugin, config);
  if (!check) await assertOutput(set, plugin, built, config, description);
  return description;
}

/** Returns the plugin in `directory` from its sources, with the plugins that it requires. */
export async function pluginsOf(directory: string): Promise<{
  readonly set: PluginSet;
  readonly plugin: Plugin;
  readonly config: Config;
  /** The main module of the compiled plugin. */
  readonly built: string;
}> {
  const packages = openPackages();
  const fields = readPluginPackage(packages.read(realFolder(directory) ?? directory));
  const { name, file, entry, openTables, formerly, commands } = fields;
  const requires = pluginPeers(file, packages).filter(({ optional }) => !optional);
  const config = testConfig({
    plugins: requires.map((peer) => peer.package),
    config: {},
    database: 'pglite://',
    folder: file.directory,
  });
  const others = (await loadPluginSet(config, kernelPackage())).plugins;
  const revisions = withCurrentNames(await loadRevisionFiles(fields), formerNames([...others, fields]));
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
    formerly,
    commands,
  };
  const plugins = [...others, plugin];
  const set = { plugins, byName: new Map(plugins.map((one) => [one.name, one])) };
  return { set, plugin, config, built: builtModuleOf(file, '.') };
}

/** Runs all revisions in a shadow, and returns the effects that its ledger records, by id. */
async function observedEffects(shadow: Shadow, set: PluginSet): Promise<ReadonlyMap<string, RevisionEffects>> {
  await shadow.empty();
  await replayUp(shadow, subsetOf(set).revisions);
  const rows = await shadow.session.query<{ id: string; objects: RevisionEffects }>(
    "select plugin || '@' || slug as id, objects from kernel.ledger where objects is not null",
  );
  return new Map(rows.map(({ id, objects }) => [id, objects]));
}

/**
 * Reads the text of each of the plugin's revisions against the objects that exist at that moment, and returns the
 * proofs. A revision that hides its effects counts with those in `observed`. Without them, the
 * result is `null`.
 */
async function provenEffects(
  set: PluginSet,
  { name }: Plugin,
  observed: ReadonlyMap<string, RevisionEffects>,
): Promise<ReadonlyMap<string, TextProof> | null> {
  const schema = trackedSchema();
  const proven = new Map<string, TextProof>();
  for (const { id, plugin, up, transaction } of subsetOf(set).revisions) {
    const author = { id, plugin };
    const context = { schema: trackedSchema(schema.objects), author, knowsAll: false, hidesCode: false };
    const proof = up.kind === 'sql' ? await proveText(up.text, context) : null;
    const effects = observed.get(id) ?? proof?.effects ?? null;
    if (effects === null) return null;
    if (plugin === name && transaction && proof?.proven === true && proof.effects !== null)
      proven.set(id, { effects: JSON.stringify(proof.effects), keepsSession: proof.keepsSession });
    applyEffects(schema, effects, author);
  }
  return proven;
}
