import { bindInspection, bootLoadedApp, loadApp, startStopwatch, type App } from '@headwater/kernel/internal/boot';
import type { JsonObject } from '@headwater/kernel/internal/config';
import { explainSessionError, type Session } from '@headwater/kernel/internal/database';
import { allowSources } from '@headwater/kernel/internal/runtime';
import { Database } from '@headwater/kernel/plugin';
import type { PluginLog } from '@headwater/kernel/plugin';
import { callerFolder } from './caller-folder.ts';
import { disposableDatabase } from './disposable-database.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import { testConfig } from './test-config.ts';

/** The options of {@link startTestKernel}. */
export interface TestKernelOptions {
  /**
   * The plugins to activate. `'.'` is the package that the test belongs to (the nearest package.json above `cwd`);
   * other values are a `./path` from there, an npm name, or the name of a plugin as in config.json. The plugins that
   * these require are activated too. Default: `['.']`.
   *
   * ```ts
   * plugins: ['.', './plugins/likes', '@acme/plugin-mail', 'comments']
   * ```
   */
  readonly plugins?: readonly string[];
  /**
   * The options of each plugin, as in config.json. Default: none.
   *
   * ```ts
   * config: { likes: { perMinute: 5 } }
   * ```
   */
  readonly config?: Readonly<Record<string, JsonObject>>;
  /**
   * `pglite://`, an embedded database in memory, or the `postgres://` URL of a server on which the user may create
   * databases. Default: the value of the environment variable HEADWATER_TEST_DATABASE, otherwise `pglite://`.
   */
  readonly database?: string;
  /** A folder of the tested project. Default: the folder of the calling file. */
  readonly cwd?: string;
  /**
   * Imports a plugin's module from its `file:` URL. Some test runners, like Vitest, load the modules that a test
   * imports themselves. A class that Node imports is then a different class for the test. This matters for entities;
   * services are found by their tokens. Default: Node imports the module.
   *
   * ```ts
   * import: (url) => import(url)
   * ```
   */
  readonly import?: (url: string) => Promise<unknown>;
}

/** A line that a plugin wrote to its log. */
export interface LogEntry {
  /** The name of the plugin. */
  readonly plugin: string;
  readonly level: keyof PluginLog;
  readonly message: string;
}

/** A running application with its own database. Dispose of it with `await using`, or call `stop`. */
export interface TestKernel extends App {
  /** The database, as services get it. */
  readonly database: Database;
  /**
   * Runs `work` in a new database context, like a request.
   *
   * ```ts
   * await app.run(() => app.get(Likes).like(user, object));
   * ```
   */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** The lines that plugins have logged so far. */
  readonly log: readonly LogEntry[];
  /**
   * Restores the rows of all tables and all sequences to their state when `startTestKernel` returned. It waits for open
   * transactions. It restores neither the memory of services nor the schema. On a server, the user must be a superuser
   * if revisions or a `start` have written rows.
   *
   * ```ts
   * beforeEach(() => app.reset());
   * ```
   */
  readonly reset: () => Promise<void>;
}

/**
 * Boots plugins for a test, on a separate database that is at its heads. The database is dropped when the application
 * stops. It does not read the project's config.json. Throws the errors of a boot.
 *
 * ```ts
 * const app = await startTestKernel({ plugins: ['likes'], config: { likes: { perMinute: 5 } } });
 * after(() => app.stop());
 * ```
 */
export async function startTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const { plugins = ['.'], config: given = {}, cwd: folder = callerFolder() } = options;
  allowSources();
  const url = options.database ?? (process.env['HEADWATER_TEST_DATABASE'] || 'pglite://');
  const config = testConfig({ plugins, config: given, database: url, folder });
  const { target, open } = disposableDatabase(config.database);
  const stages = startStopwatch();
  const loaded = await loadApp({ ...config, database: target }, stages, options.import, {
    kernelBind: bindInspection,
  });
  const log: LogEntry[] = [];
  const opened = Promise.withResolvers<Session>();
  const app = await bootLoadedApp(
    loaded,
    {
      log: collectLog(log),
      async open() {
        const session = await open(loaded);
        opened.resolve(session);
        return session;
      },
    },
    stages,
  );
  try {
    return await testKernel(app, await opened.promise, log);
  } catch (error) {
    await app.stop();
    throw error;
  }
}

function collectLog(log: LogEntry[]): (plugin: string) => PluginLog {
  return (plugin) => {
    const write = (level: LogEntry['level']) => (message: string) => void log.push({ plugin, level, message });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  };
}

async function testKernel(app: App, session: Session, log: readonly LogEntry[]): Promise<TestKernel> {
  const database = app.get(Database);
  const started = await takeSnapshot(session.query, 'plugins');
  const reset = async (): Promise<void> => {
    try {
      // Uses the application's own database, since the only connection of the embedded engine may be in use.
      await database.inContext(() =>
        database.transactional((em) => restoreSnapshot((text) => em.execute(text), started, 'plugins')),
      );
    } catch (error) {
      throw explainSessionError(error, session);
    }
  };
  return Object.freeze({ ...app, database, run: database.inContext, log, reset });
}
