import type { JsonObject } from '../config/layers.ts';
import { Database } from '../contract/database.ts';
import type { PluginLog } from '../contract/define-plugin.ts';
import { bootWith, type App } from '../kernel/boot.ts';
import { loadBlueprint } from '../kernel/blueprint.ts';
import { callerFolder } from './caller.ts';
import { cloneDatabase } from './postgres-clone.ts';
import { testConfig } from './test-config.ts';

/** What to start. */
export interface TestKernelOptions {
  /**
   * What to activate: `'.'` for the package that the test belongs to (the nearest package.json above its file), a `./path`
   * from there, an npm name, or a plugin's name as a config.json has it. What these require is activated too, and plugin
   * zero always. Default: `['.']`.
   */
  readonly plugins?: readonly string[];
  /** Options by plugin, as they would stand in config.json. Default: none. */
  readonly config?: Readonly<Record<string, JsonObject>>;
  /**
   * `pglite://`, which is embedded and in memory, or the `postgres://` URL of a server on which the user may create
   * databases. Default: what the environment variable HEADWATER_TEST_DATABASE says, else `pglite://`.
   */
  readonly database?: string;
}

/** A line that a plugin wrote to its log. */
export interface LogEntry {
  readonly plugin: string;
  readonly level: keyof PluginLog;
  readonly message: string;
}

/** A running application on a database of its own. */
export interface TestKernel extends App {
  /** The database, as services get it. */
  readonly database: Database;
  /** Runs `work` in a database context of its own, as a request would. */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** What plugins have logged until now. */
  readonly log: readonly LogEntry[];
}

/**
 * Boots plugins for a test, on an empty database that nobody else sees and that is gone when it stops. Nothing of the
 * project's own config is read. Throws what a boot throws.
 */
export async function startTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const folder = callerFolder();
  const { plugins = ['.'], config: given = {} } = options;
  const url = options.database ?? (process.env['HEADWATER_TEST_DATABASE'] || 'pglite://');
  const config = testConfig({ plugins, config: given, database: url, folder });
  const { database: target } = config;
  const clone = target.kind === 'postgres' ? await cloneDatabase(target, await loadBlueprint(config), config) : null;
  const log: LogEntry[] = [];
  try {
    const app = await bootWith(clone === null ? config : { ...config, database: clone.target }, { log: collect(log) });
    return testKernel(app, log, clone === null ? app.stop : stopThen(app, clone.drop));
  } catch (error) {
    await clone?.drop();
    throw error;
  }
}

function collect(log: LogEntry[]): (plugin: string) => PluginLog {
  return (plugin) => {
    const write = (level: LogEntry['level']) => (message: string) => void log.push({ plugin, level, message });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  };
}

function testKernel(app: App, log: readonly LogEntry[], stop: () => Promise<void>): TestKernel {
  const database = app.get(Database);
  return Object.freeze({ ...app, database, run: database.inContext, log, stop, [Symbol.asyncDispose]: stop });
}

/** Stops, once however often it is called, and then drops the database even where stopping failed. */
function stopThen(app: App, drop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    try {
      await app.stop();
    } finally {
      await drop();
    }
  };
  return () => (stopped ??= stop());
}
