import type { Config } from '../config/config.ts';
import type { AppContainer } from '../container/open-container.ts';
import { Database } from '../contract/database.ts';
import type { BindContext } from '../contract/bind.ts';
import type { Session } from '../db/session.ts';
import { loadEntities, type OpenEntities } from '../entities/load-entities.ts';
import type { EntityOwnership } from '../entities/entity-ownership.ts';
import { importedVersion } from '../plugin/plugin-module.ts';
import { runAsPlugin } from '../plugin/running-plugin.ts';
import { assertCommandsDeclared } from './assert-commands-declared.ts';
import { declaredEntities } from './declared-entities.ts';
import type { HostBind } from './app.ts';
import type { LoadedPlugin } from './lifecycle.ts';
import type { KernelBind, RunningApp } from './running-app.ts';

/** The registrations and entities of all plugins. No service has been created, and no database is connected yet. */
export interface BoundPlugins {
  readonly container: AppContainer;
  /** The owner of each table, column, key and entity. */
  readonly ownership: EntityOwnership;
  /** Connects the entities to a database that is at its heads. */
  readonly open: (session: Session | null) => OpenEntities;
  /** Tells the services of the kernel which application they belong to. */
  readonly attach: (app: RunningApp) => void;
}

/** What is bound besides the registrations of the plugins. */
export interface OtherBindings {
  /** Services of the kernel besides the database. Default: none. */
  readonly kernel?: KernelBind | undefined;
  /** Values of the host. Default: none. */
  readonly host?: HostBind | undefined;
}

/**
 * Calls the `bind` of every plugin, then that of the host, and merges all entities. Inversify and MikroORM are loaded here, so no
 * `migrate:` command may call this. Throws if the registrations or the entities are invalid.
 */
export async function bindPlugins(
  plugins: readonly LoadedPlugin[],
  config: Config,
  { kernel: kernelBind, host: hostBind }: OtherBindings = {},
): Promise<BoundPlugins> {
  const { openContainer } = await import('../container/open-container.ts');
  const disabled = Array.from(config.plugins.values()).flatMap(({ name, enabled }) => (enabled ? [] : [name]));
  let open: OpenEntities | null = null;
  let app: RunningApp | null = null;
  const notOpen = (): Error => new Error('the database is not open yet: get it in start, or in code that start calls');
  const running = (): RunningApp => {
    if (app !== null) return app;
    throw notOpen();
  };
  const kernel = {
    name: 'kernel',
    package: '@headwater/kernel',
    definition: {
      bind({ bind }: BindContext): void {
        bind(Database).toDynamicValue(() => {
          if (open !== null) return open.database;
          throw notOpen();
        });
        kernelBind?.({ bind }, running);
      },
    },
    options: {},
  };
  const parts = plugins.map(({ plugin, definition, exports, options }) => {
    const { name, package: packageName, version } = plugin;
    const running = { plugin: name, package: packageName, version, phase: 'bind' } as const;
    const bind = (context: BindContext<never>): void => runAsPlugin(running, () => definition.bind?.(context));
    const inversify = (): string | null => importedVersion(plugin, 'inversify');
    return { name, package: packageName, definition: { bind }, ...(exports && { exports }), options, inversify };
  });
  const host = { name: 'host', package: 'the host', definition: { bind: hostBind }, options: {}, bindsAnyToken: true };
  const container = openContainer([kernel, ...parts, ...(hostBind ? [host] : [])], { disabled });
  assertCommandsDeclared(plugins, container);
  const entities = await loadEntities(
    plugins.map(({ plugin, definition }) => declaredEntities(plugin, definition)),
    config.database,
    { pool: config.pool },
  );
  return {
    container,
    ownership: entities.ownership,
    open(session) {
      open = entities.open(session);
      return open;
    },
    attach(attached) {
      app = attached;
    },
  };
}
