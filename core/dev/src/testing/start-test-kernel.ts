import { allowSources, bootLoadedApp, explainForeign, loadApp, startStopwatch, type App, type JsonObject, type Session } from '@headwater/kernel/internal';
import { Database } from '@headwater/kernel/plugin';
import type { PluginLog } from '@headwater/kernel/plugin';
import { callerFolder } from './caller.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import { testConfig } from './test-config.ts';
import { disposableDatabase } from './disposable-database.ts';

/** What to start. */
export interface TestKernelOptions {
  /**
   * What to activate: `'.'` for the package that the test belongs to (the nearest package.json above `cwd`), a `./path` from
   * there, an npm name, or a plugin's name as a config.json has it. What these require is activated too, and plugin zero
   * always. Default: `['.']`.
   */
  readonly plugins?: readonly string[];
  /** Options by plugin, as they would stand in config.json. Default: none. */
  readonly config?: Readonly<Record<string, JsonObject>>;
  /**
   * `pglite://`, which is embedded and in memory, or the `postgres://` URL of a server on which the user may create
   * databases. Default: what the environment variable HEADWATER_TEST_DATABASE says, else `pglite://`.
   */
  readonly database?: string;
  /** A folder of the project that is tested. Default: that of the file that calls. */
  readonly cwd?: string;
  /**
   * Imports a plugin's module, given its `file:` URL: `(url) => import(url)`, written in the test. For runners that load
   * what a test imports in a way of their own, like Vitest, where a class that Node had imported would be another one.
   * Services, which are found by their tokens, do not need it; entities do. Default: Node imports it.
   */
  readonly import?: (url: string) => Promise<unknown>;
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
  /**
   * Makes the rows of all tables, and all sequences, what they were when `startTestKernel` returned; for `beforeEach`. It
   * waits for transactions that are open. What services keep in memory, and what a test did to the schema, stays. On a
   * server it takes a superuser where revisions or a `start` had written rows.
   */
  readonly reset: () => Promise<void>;
}

/**
 * Boots plugins for a test, on a database at its heads that nobody else sees and of which nothing is left when it stops.
 * Nothing of the project's own config is read. Throws what a boot throws.
 */
export async function startTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const { plugins = ['.'], config: given = {}, cwd: folder = callerFolder() } = options;
  allowSources();
  const url = options.database ?? (process.env['HEADWATER_TEST_DATABASE'] || 'pglite://');
  const config = testConfig({ plugins, config: given, database: url, folder });
  const { target, open } = disposableDatabase(config.database);
  const stages = startStopwatch();
  const prepared = await loadApp({ ...config, database: target }, stages, options.import);
  const log: LogEntry[] = [];
  const opened = Promise.withResolvers<Session>();
  const app = await bootLoadedApp(
    prepared,
    {
      log: collect(log),
      async open() {
        const session = await open(prepared);
        opened.resolve(session);
        return session;
      },
    },
    stages,
  );
  try {
    return await withTools(app, await opened.promise, log);
  } catch (error) {
    await app.stop();
    throw error;
  }
}

function collect(log: LogEntry[]): (plugin: string) => PluginLog {
  return (plugin) => {
    const write = (level: LogEntry['level']) => (message: string) => void log.push({ plugin, level, message });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  };
}

async function withTools(app: App, session: Session, log: readonly LogEntry[]): Promise<TestKernel> {
  const database = app.get(Database);
  const started = await takeSnapshot(session.query, 'plugins');
  const reset = async (): Promise<void> => {
    try {
      // Through the application's own door: the embedded database has one connection, which others may be using.
      await database.inContext(() =>
        database.transactional((em) => restoreSnapshot((text) => em.execute(text), started, 'plugins')),
      );
    } catch (error) {
      throw explainForeign(error, session);
    }
  };
  return Object.freeze({ ...app, database, run: database.inContext, log, reset });
}
