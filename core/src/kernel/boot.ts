import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Config, DatabaseTarget } from '../config/config.ts';
import type { AppContainer } from '../container/open-container.ts';
import type { Get } from '../contract/bind.ts';
import type { PluginLog } from '../contract/define-plugin.ts';
import type { Observer } from '../db/run.ts';
import { openSession, type Session } from '../db/session.ts';
import { checkOptions } from '../plugin/check-options.ts';
import { importPlugin } from '../plugin/load-running-half.ts';
import { inTheNameOf } from './actor.ts';
import { bindPlugins } from './bind-plugins.ts';
import { loadBlueprint } from './blueprint.ts';
import { startPlugins, stopPlugins, type LoadedPlugin, type StartedPlugin } from './lifecycle.ts';
import { upgrade, type MigrationResult } from './migrate.ts';
import type { Blueprint } from './state.ts';

/** How to boot a config that is at hand. */
export interface BootWithOptions {
  /** Follows the upgrade. */
  readonly observer?: Observer;
  /** Where plugins log to. Default: nowhere. */
  readonly log?: (plugin: string) => PluginLog;
  /** Opens the config's database. Default: {@link openSession}. */
  readonly open?: (target: DatabaseTarget) => Promise<Session>;
}

/** How to boot. */
export interface BootOptions extends Pick<BootWithOptions, 'observer' | 'log'> {
  /** Where config.json is looked for. Default: the working directory. */
  readonly cwd?: string;
  /** Path of config.json. Default: `config/config.json`, then `config.json`. */
  readonly config?: string;
  /** What `${VAR}` is taken from. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a boot did, as data. Times in milliseconds. */
export interface BootReport {
  readonly database: string;
  readonly stages: readonly {
    readonly stage: 'load' | 'bind' | 'connect' | 'upgrade' | 'open' | 'start';
    readonly milliseconds: number;
  }[];
  readonly plugins: readonly { readonly name: string; readonly version: string; readonly milliseconds: number }[];
  /** Ids, in the order in which this process applied them. */
  readonly applied: readonly string[];
  readonly dormant: readonly string[];
  readonly ahead: readonly string[];
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

/** Boots the application that a config.json describes. Throws what reading it and {@link bootWith} throw. */
export async function boot(options: BootOptions = {}): Promise<App> {
  const stages = stopwatch();
  const { cwd = process.cwd(), config: file } = options;
  const config = readConfig(
    findConfig({ cwd, ...(file !== undefined && { config: file }) }),
    options.env ?? process.env,
  );
  return bootWith(config, options, stages);
}

/**
 * Boots an application: load, bind, connect, upgrade every head, open the entities, start. Whatever fails is thrown as
 * a KernelError after what had been opened is closed again; every refusal that needs no database comes before a
 * connection opens.
 */
export async function bootWith(
  config: Config,
  { observer, log = () => silent, open = openSession }: BootWithOptions = {},
  stages: Stopwatch = stopwatch(),
): Promise<App> {
  const blueprint = await loadBlueprint(config);
  const plugins = await loadPlugins(config, blueprint);
  stages.end('load');
  const bound = await bindPlugins(plugins, config);
  stages.end('bind');
  const session = await open(config.database);
  try {
    stages.end('connect');
    const upgraded = await upgradeAll(session, blueprint, config, observer);
    stages.end('upgrade');
    const { database, close } = bound.open(session);
    stages.end('open');
    const started = await startPlugins(plugins, { log, get: bound.container.getOf, inContext: database.inContext });
    stages.end('start');
    const report = reportOf(config, stages.list, started, upgraded);
    return appOf(config, report, bound.container, [() => stopPlugins(started), close, () => session.close()]);
  } catch (error) {
    await session.close().catch(() => {});
    throw error;
  }
}

async function loadPlugins(config: Config, { set }: Blueprint): Promise<readonly LoadedPlugin[]> {
  const loaded: LoadedPlugin[] = [];
  for (const plugin of set.plugins) {
    const entry = config.plugins.get(plugin.name);
    const { name, package: from, version } = plugin;
    const actor = { plugin: name, package: from, version, phase: 'import' } as const;
    const { running, exports } = await inTheNameOf(actor, () => importPlugin(plugin));
    const options = await checkOptions(plugin, running, entry, config.file);
    loaded.push({ plugin, running, exports, options, startTimeout: entry?.startTimeout ?? 10 });
  }
  return loaded;
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

function reportOf(
  config: Config,
  stages: BootReport['stages'],
  started: readonly StartedPlugin[],
  { applied, dormant, ahead }: MigrationResult,
): BootReport {
  return {
    database: config.database.shown,
    stages,
    plugins: started.map(({ plugin, began, ended }) => ({
      name: plugin.name,
      version: plugin.version,
      milliseconds: ended - began,
    })),
    applied: applied.map(({ id }) => id),
    dormant: dormant.map(({ id }) => id),
    ahead: ahead.map(({ id }) => id),
  };
}

/** `closers` are called in order, each even where one before it failed. */
function appOf(
  config: Config,
  report: BootReport,
  container: AppContainer,
  closers: readonly (() => Promise<void>)[],
): App {
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= inTurn(closers));
  return { config, report, get: container.get, stop, [Symbol.asyncDispose]: stop };
}

async function inTurn(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

interface Stopwatch {
  readonly list: BootReport['stages'];
  readonly end: (stage: BootReport['stages'][number]['stage']) => void;
}

function stopwatch(): Stopwatch {
  const list: { stage: BootReport['stages'][number]['stage']; milliseconds: number }[] = [];
  let began = performance.now();
  return {
    list,
    end(stage) {
      const now = performance.now();
      list.push({ stage, milliseconds: now - began });
      began = now;
    },
  };
}

const silent: PluginLog = { debug() {}, info() {}, warn() {}, error() {} };
