import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Config, DatabaseTarget } from '../config/config.ts';
import type { Get } from '../contract/bind.ts';
import type { PluginLog } from '../contract/define-plugin.ts';
import type { Observer } from '../run/run.ts';
import { openSession, type Session } from '../db/session.ts';
import { reportOf, stopwatch, type BootReport, type Stopwatch } from './boot-report.ts';
import { startPlugins, stopPlugins } from './lifecycle.ts';
import { upgrade, type MigrationResult } from '../migrate/migrate.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { Blueprint } from '../migrate/state.ts';

/** How to boot an application that is prepared. */
export interface PreparedBootOptions {
  /** Follows the upgrade. */
  readonly observer?: Observer;
  /** Where plugins log to. Default: nowhere. */
  readonly log?: (plugin: string) => PluginLog;
  /** Opens the config's database. Default: {@link openSession}. */
  readonly open?: (target: DatabaseTarget) => Promise<Session>;
  /**
   * Asked for right before plugins start. When the signal is aborted before they have, those that had started are
   * stopped and its reason is thrown. Default: nothing interrupts.
   */
  readonly interruption?: () => AbortSignal;
}

/** How to boot. */
export interface BootOptions extends Pick<PreparedBootOptions, 'observer' | 'log' | 'interruption'> {
  /** Where config.json is looked for. Default: the working directory. */
  readonly cwd?: string;
  /** Path of config.json. Default: `config/config.json`, then `config.json`. */
  readonly config?: string;
  /** What `${VAR}` is taken from. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A running application. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly report: BootReport;
  /** Asks the container for a service, for a host that embeds the application. */
  readonly get: Get;
  /** Stops the plugins in reverse order and closes the database. A second call waits for the first. */
  readonly stop: () => Promise<void>;
}

/**
 * Boots the application that a config.json describes: load, bind, connect, upgrade every head, open the entities, start.
 * A failure is thrown as a KernelError after everything that had been opened is closed again; every refusal that needs no
 * database comes before a connection opens.
 *
 * @example
 * await using app = await boot({ cwd: import.meta.dirname });
 * const likes = app.get(Likes);
 */
export async function boot(options: BootOptions = {}): Promise<App> {
  const { cwd = process.cwd(), config: file, env = process.env } = options;
  const stages = stopwatch();
  const config = readConfig(findConfig({ cwd, ...(file !== undefined && { config: file }) }), env);
  return bootPrepared(await prepare(config, stages), options, stages);
}

/** Boots an application that is already loaded and bound. Call it once for each {@link Prepared}. */
export async function bootPrepared(
  { config, blueprint, plugins, bound }: Prepared,
  { observer, log = () => silent, open = openSession, interruption }: PreparedBootOptions = {},
  stages: Stopwatch = stopwatch(),
): Promise<App> {
  const session = await open(config.database);
  const closers = [() => session.close()];
  try {
    stages.end('connect');
    const upgraded = await upgradeAll(session, blueprint, config, observer);
    stages.end('upgrade');
    const { database, close } = bound.open(session);
    closers.unshift(close);
    stages.end('open');
    const { getOf: get, get: getAny } = bound.container;
    const signal = interruption?.();
    const around = { log, get, inContext: database.inContext, ...(signal && { signal }) };
    const started = await startPlugins(plugins, around);
    closers.unshift(() => stopPlugins(started));
    stages.end('start');
    return appOf(config, reportOf(config, stages.list, started, upgraded), getAny, closers);
  } catch (error) {
    await inTurn(closers).catch(() => {});
    throw error;
  }
}

async function upgradeAll(
  session: Session,
  blueprint: Blueprint,
  config: Config,
  observer: Observer | undefined,
): Promise<MigrationResult> {
  const result = await upgrade({ session, blueprint, settings: config.upgrade, ...(observer && { observer }) });
  if (result.error !== null) throw result.error;
  return result;
}

/** `closers` are called in order, each even where one before it failed. */
function appOf(config: Config, report: BootReport, get: Get, closers: readonly (() => Promise<void>)[]): App {
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= inTurn(closers));
  return { config, report, get, stop, [Symbol.asyncDispose]: stop };
}

async function inTurn(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

const silent: PluginLog = { debug() {}, info() {}, warn() {}, error() {} };
