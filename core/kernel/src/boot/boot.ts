import type { Config, DatabaseTarget } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Get } from '../contract/bind.ts';
import type { PluginLog } from '../contract/define-plugin.ts';
import { openSession, type Session } from '../db/session.ts';
import { upgrade } from '../migrate/migrate.ts';
import type { Observer } from '../run/run-context.ts';
import { createReport, startStopwatch, type BootReport, type Stopwatch } from './boot-report.ts';
import { startPlugins, stopPlugins } from './lifecycle.ts';
import { loadApp, type LoadedApp } from './load-app.ts';

/**
 * Options of {@link boot}.
 *
 * @example
 * const options: BootOptions = { config: 'config/shop.json', log: (plugin) => logger.child({ plugin }) };
 */
export interface BootOptions {
  /** The folder in which the search for config.json begins. Default: the working directory. */
  readonly cwd?: string;
  /**
   * The path of config.json, relative to `cwd`. Default: `config/config.json` or `config.json` in `cwd`, else in the
   * nearest folder above it that has a package.json.
   */
  readonly config?: string;
  /** The variables for `${VAR}` in the config. Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Observes the upgrade: the running revision, and the reason for any wait. Default: nothing is reported. */
  readonly observer?: Observer;
  /** Returns the log of a plugin. Default: log entries are discarded. */
  readonly log?: (plugin: string) => PluginLog;
  /**
   * Called once, right before the plugins start. If the returned signal is aborted before all of them have started, the
   * plugins that have started are stopped, and the signal's reason is thrown. Default: nothing interrupts the start.
   */
  readonly interruption?: () => AbortSignal;
}

/** Options of {@link bootLoadedApp}. */
export interface BootLoadedAppOptions extends Pick<BootOptions, 'observer' | 'log' | 'interruption'> {
  /** Opens the database of the config. Default: {@link openSession}. */
  readonly open?: (target: DatabaseTarget) => Promise<Session>;
}

/**
 * A running application: its database is at its heads, and its plugins have started.
 *
 * @example
 * const app = await boot();
 * const likes = app.get(Likes);
 * await app.stop();
 */
export interface App extends AsyncDisposable {
  readonly config: Config;
  /** The stages of the boot with their durations, the plugins, and the applied revisions. */
  readonly report: BootReport;
  /** Returns a service from the container. Intended for the code that embeds the application. */
  readonly get: Get;
  /**
   * Stops the plugins in reverse order and closes the database. Everything is closed even if an earlier step fails;
   * then the first failure is thrown. Further calls return the promise of the first call.
   */
  readonly stop: () => Promise<void>;
}

/**
 * Boots the application that a config.json describes: loads and binds the plugins, connects, upgrades the database to
 * its heads, opens the entities and starts the plugins. Throws a KernelError if any step fails, after closing
 * everything that was opened. Every error that does not depend on the database is thrown before a connection is opened.
 *
 * @example
 * await using app = await boot({ cwd: import.meta.dirname });
 * const likes = app.get(Likes);
 */
export async function boot(options: BootOptions = {}): Promise<App> {
  const { cwd = process.cwd(), config: file, env = process.env } = options;
  const stages = startStopwatch();
  const config = readConfig(findConfig({ cwd, ...(file !== undefined && { config: file }) }), env);
  return bootLoadedApp(await loadApp(config, stages), options, stages);
}

/** Boots an application that is already loaded and bound. Call it only once for each {@link LoadedApp}. */
export async function bootLoadedApp(
  { config, revisionSet, plugins, bound }: LoadedApp,
  { observer, log = () => noLog, open = openSession, interruption }: BootLoadedAppOptions = {},
  stages: Stopwatch = startStopwatch(),
): Promise<App> {
  const session = await open(config.database);
  const closers = [() => session.close()];
  try {
    stages.end('connect');
    const upgraded = await upgrade({ session, revisionSet, settings: config.upgrade, ...(observer && { observer }) });
    if (upgraded.error !== null) throw upgraded.error;
    stages.end('upgrade');
    const { database, close } = bound.open(session);
    closers.unshift(close);
    stages.end('open');
    const { getOf, get } = bound.container;
    const signal = interruption?.();
    const started = await startPlugins(plugins, {
      log,
      get: getOf,
      inContext: database.inContext,
      ...(signal && { signal }),
    });
    closers.unshift(() => stopPlugins(started));
    stages.end('start');
    const report = createReport(config, stages.list, started, upgraded);
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => (stopped ??= closeAll(closers));
    return { config, report, get, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await closeAll(closers).catch(() => {});
    throw error;
  }
}

/** Calls all `closers` in order, even if one fails, and then throws the first failure. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

const noLog: PluginLog = { debug() {}, info() {}, warn() {}, error() {} };
