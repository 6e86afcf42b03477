import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Json, PluginEntry } from '../config/config.ts';
import type { JsonObject } from '../config/config-layers.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { readDetails, readLedger } from '../ledger/ledger.ts';
import type { ObjectName, RevisionEffects } from '../ownership/effects-json.ts';
import { readPlan } from '../open/plan.ts';
import { openProject, readDatabase, type Project } from '../open/project.ts';
import { manifestPath, type Manifest } from '../plugin/manifest.ts';
import { isRecord, openPackages, realFolder } from '../plugin/packages.ts';
import { locatePackage } from '../plugin/package-location.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';
import type { DownloadedPlugin } from './downloaded-plugin.ts';

/** What installing a plugin, or another version of it, will do. */
export interface PackagePlan {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  /** The version that is installed now; `null` if it is not active. */
  readonly from: string | null;
  /** Its tables, and its columns on the tables of others; `null` if its manifest does not tell. */
  readonly owns: readonly string[] | null;
  readonly extends: readonly string[] | null;
  /** Its revisions, in the order in which they run. */
  readonly revisions: readonly PlannedRevision[];
  /** The ids of pending revisions of other plugins. */
  readonly others: readonly string[];
  /** The reason why the ledger cannot be read, so that no revision is known to be applied; `null` if it was read. */
  readonly unread: string | null;
  /** Options with their defaults, which config.json gets if it does not have them. */
  readonly options: JsonObject;
}

/** A revision of a planned plugin. */
export interface PlannedRevision {
  readonly id: string;
  /** Whether the next start applies it. */
  readonly pending: boolean;
  readonly breaking: boolean;
  /** The objects that it touches, like `create table likes_like`; `null` if only running it can show them. */
  readonly touches: readonly string[] | null;
}

/**
 * Plans an application in which a downloaded plugin, and `others`, replace or join the installed ones. Checks what needs none of its
 * code, as the next start would. Throws PLUGIN_NAME_TAKEN, PLUGIN_COLLISION, and the errors of plugin sets and graphs.
 */
export async function planPackage(
  config: Config,
  downloaded: DownloadedPlugin,
  others: readonly DownloadedPlugin[] = [],
): Promise<PackagePlan> {
  const { name, file, description } = downloaded;
  const installed = installedPackage(config, name);
  if (installed !== null && installed.name !== file.name) throw taken(downloaded, installed.name, config.file);
  const project = openProject(withPackages(config, [downloaded, ...others]));
  try {
    const { pluginSet, revisions, graph } = await project.revisionSet();
    assertOwnTables(downloaded, pluginSet.plugins);
    const steps = await pendingSteps(project, downloaded);
    const pending = steps.ids === null ? null : new Set(steps.ids);
    const own = graph.order.flatMap(({ id }) => (id.startsWith(`${name}@`) ? (revisions.get(id) ?? []) : []));
    return {
      plugin: name,
      package: file.name,
      version: file.version,
      from: config.plugins.get(name)?.enabled === true ? (installed?.version ?? null) : null,
      owns: description?.owns ?? null,
      extends: description?.extends ?? null,
      revisions: own.map((revision) => ({
        id: revision.id,
        pending: pending === null || pending.has(revision.id),
        breaking: revision.breaking,
        touches: touchedBy(revision),
      })),
      others: (steps.ids ?? []).filter((id) => !id.startsWith(`${name}@`)),
      unread: steps.unread,
      options: defaultsIn(description?.options ?? null),
    };
  } finally {
    await project.connections.close();
  }
}

/** Returns a config in which downloaded plugins are active, from the folders where they were unpacked. */
export function withPackages(config: Config, downloaded: readonly DownloadedPlugin[]): Config {
  const entries = downloaded.map(({ name, path }): readonly [string, PluginEntry] => {
    const usual = { name, startTimeout: 10, options: {}, fromVariables: [] };
    return [name, { ...(config.plugins.get(name) ?? usual), enabled: true, package: path }];
  });
  return { ...config, plugins: new Map([...config.plugins, ...entries]) };
}

/** Returns the package that a config has for a plugin; `null` if it lists none, or none is installed. */
export function installedPackage(
  config: Config,
  plugin: string,
): { readonly name: string; readonly version: string } | null {
  const entry = config.plugins.get(plugin);
  if (entry === undefined) return null;
  try {
    const root = realFolder(config.root) ?? config.root;
    return locatePackage(entry, { file: config.file, root }, openPackages());
  } catch (error) {
    if (isKernelError(error, 'PLUGIN_NOT_FOUND')) return null;
    throw error;
  }
}

function taken({ name, file }: DownloadedPlugin, owner: string, where: string): Error {
  return kernelError('PLUGIN_NAME_TAKEN', { plugin: name, package: file.name, owner, where });
}

/** Compares the tables in the manifests. Those of plugins that run from sources are compared once it is installed. */
function assertOwnTables({ name, description }: DownloadedPlugin, plugins: readonly Plugin[]): void {
  const tables = new Set(description?.owns);
  for (const other of plugins) {
    const claimed = other.name === name ? undefined : tablesOf(other).find((table) => tables.has(table));
    if (claimed !== undefined)
      throw kernelError('PLUGIN_COLLISION', { what: `The table ${claimed}`, owners: [`"${name}"`, `"${other.name}"`] });
  }
}

function tablesOf({ directory, from }: Plugin): readonly string[] {
  const file = join(directory, manifestPath);
  if (from === 'sources' || !existsSync(file)) return [];
  // The plugin set has just read it.
  return (JSON.parse(readFileSync(file, 'utf8')) as Manifest).description?.owns ?? [];
}

/** Returns the ids of the pending revisions, or the reason why the database cannot tell. */
async function pendingSteps(
  project: Project,
  downloaded: DownloadedPlugin,
): Promise<{ readonly ids: readonly string[] | null; readonly unread: string | null }> {
  try {
    await assertSamePackage(project, downloaded);
    const { steps } = await readPlan(project);
    return { ids: steps.map(({ id }) => id), unread: null };
  } catch (error) {
    const isUnread = isKernelError(error) && unreadable.has(error.exitCode);
    if (!isUnread) throw error;
    return { ids: null, unread: error.message };
  }
}

/** The exit codes of a database that cannot be read: unreachable, privileges, unsupported, in use, damaged. */
const unreadable: ReadonlySet<number> = new Set([20, 21, 22, 23, 24]);

/** Checks that the applied revisions of the plugin came from the same package. Throws PLUGIN_NAME_TAKEN. */
async function assertSamePackage(project: Project, downloaded: DownloadedPlugin): Promise<void> {
  const before = await readDatabase(project, { operation: 'plan' }, async (session) => {
    const { rows } = await readLedger(session);
    const own = rows.flatMap(({ id, plugin }) => (plugin === downloaded.name ? [id] : []));
    return own.length === 0 ? null : ((await readDetails(session, own)).at(-1)?.package ?? null);
  });
  if (before !== null && before !== downloaded.file.name) throw taken(downloaded, before, 'the database');
}

/** Names the objects that a revision creates, changes and drops. The columns of its new tables are left out. */
function touchedBy({ effects }: Revision): readonly string[] | null {
  if (effects === undefined) return null;
  // The manifest was checked when it was read.
  const { created, changed, dropped, renamed } = JSON.parse(effects) as RevisionEffects;
  const tables = new Set(created.flatMap(([kind, name]) => (kind === 'table' ? [name] : [])));
  const isPart = ([kind, , table]: ObjectName): boolean =>
    kind === 'index' || kind === 'constraint' || (table !== undefined && tables.has(table));
  return [
    ...created.filter((name) => !isPart(name)).map((name) => `create ${objectText(name)}`),
    ...changed.filter((name) => !isPart(name)).map((name) => `change ${objectText(name)}`),
    ...dropped.map((name) => `drop ${objectText(name)}`),
    ...renamed.map(([before, after]) => `rename ${objectText(before)} to ${after[1]}`),
  ];
}

function objectText([kind, name, table]: ObjectName): string {
  return `${kind} ${table === undefined ? '' : `${table}.`}${name}`;
}

/** Returns the options that have defaults in a JSON Schema. */
function defaultsIn(schema: Readonly<Record<string, unknown>> | null): JsonObject {
  const properties = schema?.['properties'];
  if (!isRecord(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, property]): [string, Json][] =>
      // A manifest is JSON.
      isRecord(property) && Object.hasOwn(property, 'default') ? [[key, property['default'] as Json]] : [],
    ),
  );
}
