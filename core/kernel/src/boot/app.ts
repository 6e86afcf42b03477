import type { Config } from '../config/config.ts';
import type { BindContext, Get } from '../contract/bind.ts';
import type { PluginLog } from '../contract/define-plugin.ts';
import type { Orm } from '../entities/orm.ts';
import type { Observer } from '../run/run-context.ts';
import type { BootReport, BootStage } from './boot-report.ts';

/**
 * A running application: its database is at its heads, and its plugins have started.
 *
 * @example
 * const app = await kernel.start();
 * await app.run(async () => app.get(Likes).like(user, object));
 * await app.stop();
 */
export interface App extends AsyncDisposable {
  readonly config: Config;
  /** The stages of the boot with their durations, the plugins, and the applied revisions. */
  readonly report: BootReport;
  /** Returns a service from the container. Intended for the code that embeds the application. */
  readonly get: Get;
  /**
   * The MikroORM instance of the services. Its global EntityManager works only inside {@link run}; for a separate one,
   * fork it: `app.orm.em.fork()`. Its schema generator throws SCHEMA_UPDATE_REFUSED.
   */
  readonly orm: Orm;
  /**
   * Runs `work` in a database context of its own, like a request: services called inside it share an EntityManager, which
   * nothing outside it sees.
   *
   * @example
   * fastify.get('/likes/:id', (request) => app.run(() => app.get(Likes).of(request.params.id)));
   */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /**
   * Asks the database for an answer, for a probe of readiness. Never throws: an error is in the result.
   *
   * @example
   * fastify.get('/health', async (_, reply) => {
   *   const health = await app.health();
   *   return reply.code(health.ok ? 200 : 503).send(health);
   * });
   */
  readonly health: () => Promise<Health>;
  /**
   * Stops the plugins in reverse order and closes the database. Everything is closed even if an earlier step fails;
   * then the first failure is thrown. Further calls return the promise of the first call.
   */
  readonly stop: () => Promise<void>;
}

/** The health of an application, from {@link App.health}. */
export interface Health {
  /** Whether the application is running and its database answers. */
  readonly ok: boolean;
  readonly state: 'running' | 'stopping' | 'stopped';
  readonly database: {
    readonly ok: boolean;
    /** The duration of the query. */
    readonly milliseconds: number;
    /** The reason if the database did not answer; otherwise `null`. */
    readonly reason: string | null;
  };
}

/**
 * Observes the start, the upgrade and the stop of an application.
 *
 * @example
 * const observer: AppObserver = { completes: (stage, ms) => metrics.timing(`boot.${stage}`, ms) };
 */
export interface AppObserver extends Observer {
  /** A stage of the boot is complete, after `milliseconds`. */
  readonly completes?: (stage: BootStage, milliseconds: number) => void;
  /** A plugin has started, after `milliseconds`. */
  readonly starts?: (plugin: string, milliseconds: number) => void;
  /** A plugin has stopped, or has failed to. */
  readonly stops?: (plugin: string) => void;
}

/** Registers values of the host (see `StartOptions.bind`). */
export type HostBind = (context: Omit<BindContext, 'config'>) => void;

/** Returns the log of a plugin. */
export type LogOf = (plugin: string) => PluginLog;
