import { bindInspection, bootLoadedApp, loadApp } from '@headwater/kernel/internal/boot';
import { catalogReader, type Catalog } from '@headwater/kernel/internal/catalog';
import type { Config, JsonObject } from '@headwater/kernel/internal/config';
import type { Session } from '@headwater/kernel/internal/database';
import { isKernelError } from '@headwater/kernel/internal/errors';
import { downgrade, loadRevisionSet } from '@headwater/kernel/internal/migrations';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import { schemaDifferences } from '../authoring/schema-proof.ts';
import { devError } from '../error/dev-codes.ts';
import { disposableDatabase } from '../testing/disposable-database.ts';
import { overrideSession } from '../testing/override-session.ts';

/** An empty application in which a packed plugin is tried. */
export interface TrialOptions {
  readonly plugin: Pick<Plugin, 'name' | 'package' | 'revisions'>;
  /** A folder in whose `node_modules` its package is unpacked. */
  readonly root: string;
  /** The config of an application with the plugins that it requires, without itself. */
  readonly config: Config;
  /** Its options, as in config.json. */
  readonly options: JsonObject;
  readonly onStage: (stage: string) => void;
}

/** A step of a plugin's life in an application. */
export type TrialStep = 'enabled' | 'disabled' | 'uninstalled' | 'installed again';

/**
 * Enables, disables, uninstalls and installs a packed plugin again, in an application on a database that is dropped
 * afterwards. Uninstalling must leave the schema as it was before, and installing again must lead to the same schema. A
 * plugin with a revision that cannot be reverted is not uninstalled. Returns the steps. Throws PLUGIN_VERIFY_TRIAL.
 */
export async function tryPlugin({
  plugin,
  root,
  config,
  options,
  onStage,
}: TrialOptions): Promise<readonly TrialStep[]> {
  const { target, open } = disposableDatabase(config.database);
  const without: Config = { ...config, root, database: target };
  const entry = {
    name: plugin.name,
    enabled: true,
    package: plugin.package,
    startTimeout: 10,
    options,
    fromVariables: [],
  };
  const including: Config = { ...without, plugins: new Map([...config.plugins, [plugin.name, entry]]) };
  onStage('opening a database for a trial');
  const session = await open(null);
  try {
    const catalog = catalogReader(session);
    await start(session, without);
    const before = await catalog();
    const steps: TrialStep[] = [];
    const step = async (name: TrialStep, work: () => Promise<void>, expected: Catalog | null = null): Promise<void> => {
      onStage(`trying it: ${name}`);
      await attempt(plugin.name, name, work);
      const differences = expected === null ? [] : schemaDifferences(expected, await catalog());
      if (differences.length > 0)
        throw refusal(plugin.name, name, `The schema differs afterwards: ${differences.join('; ')}.`);
      steps.push(name);
    };
    await step('enabled', () => start(session, including));
    const installed = await catalog();
    await step('disabled', () => start(session, without), installed);
    if (plugin.revisions.length === 0 || plugin.revisions.some(({ down }) => down === null)) return steps;
    await step('uninstalled', () => uninstall(session, without, plugin.name), before);
    await step('installed again', () => start(session, including), installed);
    return steps;
  } finally {
    await session.close();
  }
}

/** Starts the application and stops it. */
async function start(session: Session, config: Config): Promise<void> {
  const loaded = await loadApp(config, undefined, undefined, { kernelBind: bindInspection });
  const shared = overrideSession(session, { close: async () => {} });
  const app = await bootLoadedApp(loaded, { open: async () => shared, purpose: 'command' });
  await app.stop();
}

/** Reverts all revisions of a plugin whose package is not installed anymore, with the SQL in the ledger. */
async function uninstall(session: Session, config: Config, plugin: string): Promise<void> {
  const revisionSet = await loadRevisionSet(config);
  const { error } = await downgrade({ session, revisionSet, settings: config.upgrade }, `${plugin}@base`);
  if (error !== null) throw error;
}

async function attempt(plugin: string, step: TrialStep, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isKernelError(error)) throw error;
    throw refusal(plugin, step, error.message, error);
  }
}

function refusal(plugin: string, step: TrialStep, problem: string, cause?: Error): Error {
  return devError('PLUGIN_VERIFY_TRIAL', { plugin, step, problem }, { cause });
}
