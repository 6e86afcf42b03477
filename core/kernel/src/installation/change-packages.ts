import { readFileSync, writeFileSync } from 'node:fs';
import { loadApp } from '../boot/load-app.ts';
import { addPlugin, removePlugin, setCore, writeConfig } from '../config/edit-config.ts';
import type { Config } from '../config/config.ts';
import type { JsonObject } from '../config/config-layers.ts';
import { pinnedPath } from '../config/project-root.ts';
import { readConfig } from '../config/read-config.ts';
import type { Environment } from '../config/variables.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { explainFileError } from '../error/file-error.ts';
import { loadRevisionSet } from '../migrate/revision-set.ts';
import { pinnedSetOf, pinnedText } from '../plugin/pinned-set.ts';
import { saveFiles, type PackageManager } from './package-manager.ts';

/** An application whose packages change. */
export interface ChangedApplication {
  readonly config: Config;
  readonly env: Environment;
  readonly manager: PackageManager;
}

/** A plugin to install. */
export interface NewPlugin {
  readonly name: string;
  readonly package: string;
  /** Its name and version, or the path of a tarball or folder, as the package manager takes it. */
  readonly spec: string;
  /** Options that config.json gets if it does not have them. */
  readonly options: JsonObject;
}

/**
 * Installs plugins, activates them in config.json, and records them in `headwater.lock.json`. Checks that the application
 * loads; nothing connects to its database. If anything fails, the files are as they were before. Throws
 * PACKAGE_MANAGER_FAILED, CONFIG_UNWRITABLE, and every error of a start that needs no database.
 */
export async function installPlugins(application: ChangedApplication, plugins: readonly NewPlugin[]): Promise<void> {
  const { config, env, manager } = application;
  await allOrNothing(application, async () => {
    await manager.add(plugins.map(({ spec }) => spec));
    const before = readFileSync(config.file, 'utf8');
    const after = plugins.reduce((text, plugin) => withPlugin(text, plugin, config.file), before);
    if (after !== before) writeConfig(config.file, after);
    const changed = readConfig(config.file, env);
    const { revisionSet } = await loadApp(changed);
    writePinnedSet(changed, pinnedText(pinnedSetOf(revisionSet.pluginSet)));
  });
}

function withPlugin(text: string, { name, package: from, options }: NewPlugin, file: string): string {
  if (name === 'core') return setCore(text, from, file);
  const isUsual = [`@headwater/plugin-${name}`, `headwater-plugin-${name}`].includes(from);
  return addPlugin(text, name, { ...(!isUsual && { $package: from }), ...options }, file);
}

/**
 * Removes a plugin from config.json and `headwater.lock.json`, and its package if it has one of its own. If anything
 * fails, the files are as they were before. Throws like {@link installPlugins}.
 */
export async function removeInstalledPlugin(
  application: ChangedApplication,
  { name, package: from }: { readonly name: string; readonly package: string | null },
): Promise<void> {
  const { config, env, manager } = application;
  await allOrNothing(application, async () => {
    writeConfig(config.file, removePlugin(readFileSync(config.file, 'utf8'), name, config.file));
    if (from !== null) await manager.remove(from);
    const changed = readConfig(config.file, env);
    const { pluginSet } = await loadRevisionSet(changed);
    writePinnedSet(changed, pinnedText(pinnedSetOf(pluginSet)));
  });
}

/** Writes `headwater.lock.json`. Throws PINNED_SET_INVALID. */
export function writePinnedSet({ root }: Pick<Config, 'root'>, text: string): void {
  const file = pinnedPath(root);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw kernelError('PINNED_SET_INVALID', { file, problem: explainFileError(error) }, { cause: error });
  }
}

/** Runs `work`. If it fails, restores the files that it may have changed, and the installed packages. */
async function allOrNothing({ config, manager }: ChangedApplication, work: () => Promise<void>): Promise<void> {
  const saved = saveFiles([...manager.files, config.file, pinnedPath(config.root)]);
  // The package manager gets the same signal and ends. This process goes on, to restore the files.
  const ignore = (): void => {};
  process.on('SIGINT', ignore).on('SIGTERM', ignore);
  try {
    await work();
  } catch (error) {
    if (saved.changed()) {
      saved.restore();
      // What the package manager says about the restored files does not matter: the first error does.
      await manager.install().catch(() => {});
      saved.restore();
    }
    throw error;
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', ignore);
  }
}
