import type { App, AppObserver, LogOf } from '../boot/app.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import { assertBootOptions } from './call-options.ts';
import { guarded, logOf, type HostLog } from './host-log.ts';
import { checkPinnedSet } from './pinned-plugins.ts';
import { openProject } from './project.ts';
import type { BootPurpose } from '../contract/define-plugin.ts';

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
  /**
   * The reason for the boot, which plugins get in `start`. For `command`, the plugin `http` does not listen. Default:
   * `serve`.
   */
  readonly purpose?: BootPurpose;
  /** Observes the start, the upgrade and the stop. Default: nothing is reported. */
  readonly observer?: AppObserver;
  /** A logger, or a function that returns the log of a plugin. Default: log entries are discarded. */
  readonly log?: HostLog | LogOf;
  /**
   * Called once, right before the plugins start. If the returned signal is aborted before all of them have started, the
   * plugins that have started are stopped, and the signal's reason is thrown. Default: nothing interrupts the start.
   */
  readonly interruption?: () => AbortSignal;
}

/**
 * Boots the application that a config.json describes: loads and binds the plugins, connects, upgrades the database to
 * its heads, opens the entities and starts the plugins. It is the short form of `open` and `start`, for a program that is
 * nothing but the application. Throws a KernelError if any step fails, after closing everything that was opened. Every
 * error that does not depend on the database is thrown before a connection is opened.
 *
 * @example
 * await using app = await boot({ cwd: import.meta.dirname });
 * const likes = app.get(Likes);
 */
export async function boot(options: BootOptions = {}): Promise<App> {
  assertBootOptions(options);
  const { cwd = process.cwd(), config: file, env = process.env, purpose, observer, interruption } = options;
  const began = performance.now();
  const project = openProject(readConfig(findConfig({ cwd, ...(file !== undefined && { config: file }) }), env));
  const log = logOf(options.log);
  await checkPinnedSet(project, env, log('kernel').warn);
  const { startProject } = await import('./start.ts');
  return startProject(project, {
    log,
    ...(purpose && { purpose }),
    observer: guarded([observer], log('kernel')),
    interruption,
    onStop: () => project.connections.close(),
    began,
  });
}
