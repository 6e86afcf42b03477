import type { Config } from '../config/config.ts';
import type { AppContainer } from '../container/open-container.ts';
import { Database } from '../contract/database.ts';
import type { BindContext } from '../contract/bind.ts';
import type { Session } from '../db/session.ts';
import { loadEntities, type OpenEntities } from '../entities/entities.ts';
import type { Ownership } from '../entities/ownership.ts';
import { inTheNameOf } from './running-plugin.ts';
import { assertCommandsListed } from './assert-commands.ts';
import { entitySource } from './entity-source.ts';
import type { LoadedPlugin } from './lifecycle.ts';

/** What the plugins registered and declared; nothing of it is made, and nothing is connected. */
export interface BoundPlugins {
  readonly container: AppContainer;
  /** Whose every table, column, key and entity is. */
  readonly ownership: Ownership;
  /** Opens the entities on a database that is at its heads. */
  readonly open: (session: Session) => OpenEntities;
}

/**
 * Lets every plugin register what it binds, and puts the entities of all together. Inversify and MikroORM are loaded
 * here, and by no `migrate:` command. Throws the refusals of both.
 */
export async function bindPlugins(plugins: readonly LoadedPlugin[], config: Config): Promise<BoundPlugins> {
  const { openContainer } = await import('../container/open-container.ts');
  const disabled = Array.from(config.plugins.values()).flatMap(({ name, enabled }) => (enabled ? [] : [name]));
  let open: OpenEntities | null = null;
  const kernel = {
    name: 'kernel',
    package: '@headwater/kernel',
    running: {
      bind({ bind }: BindContext): void {
        bind(Database).toDynamicValue(() => {
          if (open !== null) return open.database;
          throw new Error('the database is not open yet: ask for it in start, or in what start calls');
        });
      },
    },
    options: {},
  };
  const parts = plugins.map(({ plugin, running, exports, options }) => {
    const { name, package: packageName, version } = plugin;
    const actor = { plugin: name, package: packageName, version, phase: 'bind' } as const;
    const bind = (context: BindContext<never>): void => inTheNameOf(actor, () => running.bind?.(context));
    return { name, package: packageName, running: { bind }, exports, options };
  });
  const container = openContainer([kernel, ...parts], { disabled });
  assertCommandsListed(plugins, container);
  const entities = await loadEntities(
    plugins.map(({ plugin, running }) => entitySource(plugin, running)),
    config.database,
  );
  return {
    container,
    ownership: entities.ownership,
    open(session) {
      open = entities.open(session);
      return open;
    },
  };
}
