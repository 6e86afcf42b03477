import type { App } from '../boot/app.ts';
import type { HostEntities } from '../boot/host-entities.ts';
import { hostConnections, ownConnections } from '../db/connections.ts';
import { kindOfConnection, unfit } from '../db/host-connection.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { MigrationResult } from '../migrate/migrate.ts';
import type { StampResult } from '../migrate/stamp.ts';
import type { Accepted, AcceptEditOptions } from './accept.ts';
import { assertOpenOptions, checked } from './call-options.ts';
import type { ExportedFile } from './export-data.ts';
import type { Diagnosis } from './diagnosis.ts';
import { guarded, loggingObserver, logOf } from './host-log.ts';
import { inspectionOf } from './inspect.ts';
import { Inspection } from './inspection.ts';
import type * as Migrations from './migrations.ts';
import type { StampOptions, WriteOptions } from './migrations.ts';
import { configOf, type OpenOptions } from './open-options.ts';
import { openProject, type Project } from './project.ts';
import type { Renamed, RenameOptions } from './rename.ts';
import type { StartOptions } from './start.ts';
import type { ReadOptions } from './status.ts';

/** The outcome of an upgrade or a downgrade that reached its goal. */
export interface Migrated {
  /** The id of the run, as in the ledger. */
  readonly runId: string;
  /** The ids of the revisions that this run committed, in order. */
  readonly applied: readonly string[];
  /** The number of planned revisions that another process committed in the meantime. */
  readonly others: number;
  /** The ids of applied revisions whose plugins are not active. */
  readonly dormant: readonly string[];
  /** The ids of applied revisions that the code of their active plugins lacks. */
  readonly ahead: readonly string[];
}

/** The outcome of a stamp. */
export interface Stamped extends Omit<Migrated, 'runId' | 'applied' | 'others'> {
  /** The id of the run, as in the ledger; `null` in a dry run. */
  readonly runId: string | null;
  /** The ids that got a row, in order, excluding those that already had one. In a dry run, those that would get one. */
  readonly stamped: readonly string[];
  /** Those of them that were not compared with the catalog, because their effects cannot be read, or on request. */
  readonly unchecked: readonly string[];
}

/**
 * The plugins of a host and their database. Its functions do not change the process: they add no listeners, print
 * nothing, and read neither the arguments nor the environment. They may be called at the same time; every revision takes
 * effect once. Each throws a KernelError whose `written` tells what was written.
 */
export interface Kernel extends Inspection, AsyncDisposable {
  /**
   * Examines the application and its database: packages, plugins, privileges, the pooler, invalid indexes, the ledger, and
   * whether the server keeps locks and undoes DDL statements. Each finding says how to mend it. Nothing that it writes is
   * committed. Plugins get it without these self-tests.
   */
  readonly diagnose: (options?: ReadOptions) => Promise<Diagnosis>;
  /** Writes the rows of a plugin to files in `folder`, one for each table, with a JSON object on each line. */
  readonly exportData: (plugin: string, folder: string, options?: ReadOptions) => Promise<readonly ExportedFile[]>;
  /**
   * Applies the pending revisions that the targets need. Throws the first failure, after which the revisions before it
   * stay.
   */
  readonly upgrade: (options?: WriteOptions & { readonly to?: string | readonly string[] }) => Promise<Migrated>;
  /** Reverts revisions down to a target: `likes@0001`, `likes@base`. Throws like `upgrade`. */
  readonly downgrade: (target: string, options?: WriteOptions & { readonly cascade?: boolean }) => Promise<Migrated>;
  /**
   * Reverts exactly the revisions that one run has applied, of all plugins. `run` is its id, or the beginning of it. Throws
   * like `downgrade`.
   */
  readonly undo: (run: string, options?: WriteOptions & { readonly cascade?: boolean }) => Promise<Migrated>;
  /**
   * Marks revisions as applied without running them. The objects that they create must exist, by kind and name. Throws
   * STAMP_MISMATCH.
   */
  readonly stamp: (targets: string | readonly string[], options?: StampOptions) => Promise<Stamped>;
  /**
   * Accepts an edit of an applied revision that is known to lead to the same database: the ledger gets the text of the
   * code, and an event keeps the old one. Throws ACCEPT_REFUSED and ACCEPT_MISMATCH.
   */
  readonly accept: (revision: string, options?: AcceptEditOptions) => Promise<Accepted>;
  /**
   * Renames a plugin in the ledger, whose package says `formerly`. The edges of other plugins follow. Throws PLUGIN_UNKNOWN
   * and RENAME_REFUSED.
   */
  readonly rename: (from: string, to: string, options?: RenameOptions) => Promise<Renamed>;
  /**
   * Returns the options with which a MikroORM instance of the host discovers the entities of all plugins. It loads the
   * code of the plugins.
   *
   * @example
   * const orm = new MikroORM({ ...(await kernel.entities()), dbName: 'shop' });
   */
  readonly entities: () => Promise<HostEntities>;
  /**
   * Upgrades the database, and starts the services of the plugins on a pool of their own. Loads the code of the plugins,
   * MikroORM, Inversify and reflect-metadata. The last of these extends the global `Reflect`.
   */
  readonly start: (options?: StartOptions) => Promise<App>;
  /**
   * Stops every application that was started, and closes what the kernel has opened. A connection of the host stays
   * open. Further calls return the promise of the first call.
   */
  readonly close: () => Promise<void>;
}

/**
 * Opens the plugins of an application that already exists: finds them, reads their revisions and checks them. It does not
 * connect, and imports no code of a package. Throws OPTION_UNKNOWN, OPTION_INVALID, CONFIG_VALUE_INVALID, PLUGIN_NOT_FOUND and the other errors of
 * configs, packages and revisions.
 *
 * @example
 * const kernel = await open({
 *   connection: pool,
 *   log: logger,
 *   plugins: { core: { package: '@headwater/plugin-core' }, likes: { package: '@headwater/plugin-likes' } },
 * });
 * await kernel.upgrade();
 * await kernel.close();
 */
export async function open(options: OpenOptions = {}): Promise<Kernel> {
  assertOpenOptions(options);
  const { connection } = options;
  const config = configOf(options);
  const connections =
    connection === undefined ? ownConnections(config.database) : hostConnections(connection, config.database);
  const project = openProject(config, connections);
  await project.pluginSet();
  return kernelOf(project, options);
}

function kernelOf(project: Project, { connection, log: given }: OpenOptions): Kernel {
  const { config, connections } = project;
  const log = logOf(given);
  const apps = new Set<App>();
  const running = new Set<Promise<unknown>>();
  let closed: Promise<void> | null = null;
  let writes: Promise<typeof Migrations> | null = null;

  /** Runs a function of the kernel, for which `close` waits. */
  const during = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    if (closed !== null) throw kernelError('KERNEL_CLOSED', { operation });
    // A host's single client serves one call after another. While a write imports its code, no later call overtakes it.
    const done = writes === null ? work() : writes.then(work);
    running.add(done);
    return done.finally(() => running.delete(done));
  };
  /** Only one connection leads to an embedded database, so a run would end up inside transactions of services. */
  const alone = <T>(operation: string, work: () => Promise<T>): Promise<T> =>
    during(operation, async () => {
      const { kind, shown } = config.database;
      if (kind === 'pglite' && apps.size > 0) {
        throw kernelError('EMBEDDED_APP_RUNNING', { operation, database: shown });
      }
      return work();
    });
  const watched = <Options extends WriteOptions>(options: Options) => ({
    ...options,
    observer: guarded([loggingObserver(log('kernel')), options.observer], log('kernel')),
  });
  // Imported when they are called, like everything below, because V8 compiles the whole text of what is imported.
  const writing = <T>(operation: string, work: (migrations: typeof Migrations) => Promise<T>): Promise<T> =>
    alone(operation, async () => work(await (writes ??= import('./migrations.ts'))));
  const start = async (options: StartOptions): Promise<App> => {
    if (connection !== undefined && kindOfConnection(connection) === 'client') throw unfit('noPool', 'start');
    const { database } = config;
    if (database.kind === 'postgres' && database.poolOptions === null) throw unfit('poolHidden', 'start');
    const started: { app?: App } = {};
    const onStop = async (): Promise<void> => {
      if (started.app !== undefined) apps.delete(started.app);
    };
    const { startProject } = await import('./start.ts');
    const app = await startProject(project, { ...watched(options), log, onStop });
    started.app = app;
    apps.add(app);
    return app;
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled(running);
    const stops = await Promise.allSettled(Array.from(apps, (app) => app.stop()));
    await connections.close();
    for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
  };

  const reading = inspectionOf(project, () => null);
  /** A started application knows more about its plugins. */
  const inspection = (): Inspection => [...apps].at(-1)?.get(Inspection) ?? reading;

  const functions: Omit<Kernel, 'close' | typeof Symbol.asyncDispose | 'database'> = {
    status: (options) => during('status', () => inspection().status(options)),
    plan: (options) => during('plan', () => inspection().plan(options)),
    sql: (options) => during('plan', () => inspection().sql(options)),
    history: (options) => during('history', () => inspection().history(options)),
    branches: (options) => during('history', () => inspection().branches(options)),
    current: (options) => during('history', () => inspection().current(options)),
    graph: (options) => during('history', () => inspection().graph(options)),
    show: (revision, options) => during('show', () => inspection().show(revision, options)),
    why: (revision, options) => during('why', () => inspection().why(revision, options)),
    whyNot: (revision, options) => during('why', () => inspection().whyNot(revision, options)),
    plugins: (options) => during('plugins', () => inspection().plugins(options)),
    objects: (options) => during('objects', () => inspection().objects(options)),
    drift: (options) => during('drift', () => inspection().drift(options)),
    rehearsals: () => during('rehearsals', () => inspection().rehearsals()),
    runs: (options) => during('runs', () => inspection().runs(options)),
    lint: () => during('lint', () => inspection().lint()),
    activity: (options) => during('activity', () => inspection().activity(options)),
    diagnose: checked('diagnose', (options) =>
      alone('diagnose', async () => {
        const { readDiagnosis } = await import('./diagnosis.ts');
        return readDiagnosis(project, options);
      }),
    ),
    footprint: (plugin, options) => during('footprint', () => inspection().footprint(plugin, options)),
    exportData: checked('exportData', (plugin, folder, options) =>
      during('exportData', async () => {
        const { exportPlugin } = await import('./uninstall.ts');
        return exportPlugin(project, plugin, folder, options);
      }),
    ),
    upgrade: checked('upgrade', ({ to, ...options } = {}) =>
      writing('upgrade', async ({ upgradeProject }) => migrated(await upgradeProject(project, to, watched(options)))),
    ),
    downgrade: checked('downgrade', (target, options = {}) =>
      writing('downgrade', async ({ downgradeProject }) =>
        migrated(await downgradeProject(project, target, watched(options))),
      ),
    ),
    undo: checked('undo', (run, options = {}) =>
      writing('downgrade', async ({ undoProject }) => migrated(await undoProject(project, run, watched(options)))),
    ),
    stamp: checked('stamp', (targets, options = {}) =>
      writing('stamp', async ({ stampProject }) =>
        stampedOf(await stampProject(project, [targets].flat(), watched(options))),
      ),
    ),
    accept: checked('accept', (revision, options) =>
      alone('ledger change', async () => {
        const { acceptEdit } = await import('./accept.ts');
        return acceptEdit(project, revision, options);
      }),
    ),
    rename: checked('rename', (from, to, options) =>
      alone('ledger change', async () => {
        const { renameInProject } = await import('./rename.ts');
        return renameInProject(project, from, to, options);
      }),
    ),
    entities: () =>
      during('entities', async () => {
        const { loadHostEntities } = await import('../boot/host-entities.ts');
        return loadHostEntities(config, await project.pluginSet());
      }),
    start: checked('start', (options = {}) => alone('start', () => start(options))),
  };
  const closeOnce = (): Promise<void> => (closed ??= close());
  return Object.freeze({
    ...functions,
    database: config.database.shown,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  });
}

function migrated({ runId, plan, applied, error, dormant, ahead }: MigrationResult): Migrated {
  if (error !== null) throw error;
  const others = plan.steps.length - applied.length;
  return { runId, applied: idsOf(applied), others, dormant: idsOf(dormant), ahead: idsOf(ahead) };
}

function stampedOf({ dormant, ahead, ...result }: StampResult): Stamped {
  return { ...result, dormant: idsOf(dormant), ahead: idsOf(ahead) };
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}
