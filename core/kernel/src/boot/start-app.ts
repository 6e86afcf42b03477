import type { DatabaseTarget } from '../config/config.ts';
import type { BootPurpose, PluginLog } from '../contract/define-plugin.ts';
import type { Connections } from '../db/connections.ts';
import { assertServicesFindTables } from '../db/preflight.ts';
import { openSession, type Session } from '../db/session.ts';
import type { Orm } from '../entities/orm.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import { configuredOptions, upgradeForStart } from '../migrate/start-upgrade.ts';
import { openSpans } from '../telemetry/spans.ts';
import type { App, AppObserver, Health, LogOf } from './app.ts';
import { createReport, startStopwatch, type BootReport, type Stopwatch } from './boot-report.ts';
import { startPlugins, stopPlugins } from './lifecycle.ts';
import type { LoadedApp } from './load-app.ts';

/** Options of {@link startApp}. */
export interface StartAppOptions {
  /** The reason for the boot, which plugins get. Default: `serve`. */
  readonly purpose?: BootPurpose;
  /** Default: nothing is reported. */
  readonly observer?: AppObserver;
  /** Default: log entries are discarded. */
  readonly log?: LogOf;
  /** Cancels the upgrade. Default: never aborted. */
  readonly signal?: AbortSignal;
  /**
   * Called once, right before the plugins start. If the returned signal is aborted before all of them have started, the
   * plugins that have started are stopped, and the signal's reason is thrown. Default: nothing interrupts the start.
   */
  readonly interruption?: () => AbortSignal;
  /** Called once, when the application has stopped. Default: nothing. */
  readonly onStop?: () => Promise<void>;
}

/** Starts an application that is already loaded and bound. Call it only once for each {@link LoadedApp}. */
export async function startApp(
  loaded: LoadedApp,
  connections: Connections,
  {
    purpose = 'serve',
    observer = {},
    log = () => noLog,
    signal,
    interruption,
    onStop = async () => {},
  }: StartAppOptions = {},
  stages: Stopwatch = startStopwatch(),
): Promise<App> {
  const { config, revisionSet, plugins, bound } = loaded;
  const closers = [onStop];
  let report: BootReport | null = null;
  let state: Health['state'] = 'running';
  try {
    const { mode } = config.upgrade;
    const upgraded = await connections.use({ operation: 'start', writes: mode === 'auto', signal }, async (session) => {
      stages.end('connect');
      await assertServicesFindTables(session);
      const options = { session, revisionSet, observer, ...configuredOptions(config), ...(signal && { signal }) };
      return upgradeForStart(options, mode);
    });
    if (upgraded.error !== null) throw upgraded.error;
    stages.end('upgrade');
    const { database, orm, close } = bound.open(await connections.embedded());
    closers.unshift(close);
    bound.attach({ ...loaded, connections, report: () => report });
    stages.end('open');
    const { getOf, get } = bound.container;
    const interrupted = interruption?.();
    const started = await startPlugins(plugins, {
      log,
      purpose,
      get: getOf,
      inContext: database.inContext,
      spans: await openSpans(),
      onStart: observer.starts,
      ...(interrupted && { signal: interrupted }),
    });
    closers.unshift(() => stopPlugins(started, observer.stops));
    stages.end('start');
    report = createReport(config, stages.list, started, upgraded);
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      state = 'stopping';
      return (stopped ??= closeAll(closers).finally(() => (state = 'stopped')));
    };
    const health = (): Promise<Health> => checkHealth(orm, state);
    const run: App['run'] = async (work) => {
      if (typeof work !== 'function') {
        throw kernelError('OPTION_INVALID', {
          call: 'run',
          option: 'work',
          expected: 'a function',
          found: typeof work,
        });
      }
      if (state === 'stopped') throw kernelError('APP_STOPPED', {});
      return database.inContext(work);
    };
    return { config, report, get, orm, run, health, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await closeAll(closers).catch(() => {});
    throw error;
  }
}

/** Options of {@link bootLoadedApp}. */
export interface BootLoadedAppOptions extends Omit<StartAppOptions, 'onStop'> {
  /** Opens the database of the config. Default: {@link openSession}. */
  readonly open?: (target: DatabaseTarget) => Promise<Session>;
}

/** Starts an application on one session, which closes with the application. */
export async function bootLoadedApp(
  loaded: LoadedApp,
  { open = openSession, ...options }: BootLoadedAppOptions = {},
  stages: Stopwatch = startStopwatch(),
): Promise<App> {
  const session = await open(loaded.config.database);
  const close = (): Promise<void> => session.close();
  const connections: Connections = {
    target: loaded.config.database,
    use: (_, work) => work(session),
    embedded: () => (session.kind === 'pglite' ? Promise.resolve(session) : null),
    close,
  };
  return startApp(loaded, connections, { ...options, onStop: close }, stages);
}

/** The time in milliseconds within which a healthy database answers. */
const healthTimeout = 5000;

async function checkHealth(orm: Orm, state: Health['state']): Promise<Health> {
  const began = performance.now();
  const done = (reason: string | null): Health => {
    const database = { ok: reason === null, milliseconds: performance.now() - began, reason };
    return { ok: database.ok && state === 'running', state, database };
  };
  if (state !== 'running') return done(`the application is ${state}`);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${healthTimeout / 1000} s`)), healthTimeout);
  try {
    await Promise.race([orm.em.fork().execute('select 1'), late]);
    return done(null);
  } catch (error) {
    return done(shortMessage(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Calls all `closers` in order, even if one fails, and then throws the first failure. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

const noLog: PluginLog = { debug() {}, info() {}, warn() {}, error() {} };
