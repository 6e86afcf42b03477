import { p } from '@mikro-orm/core';
import { MikroORM as PgliteOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { HostEntities } from '../../src/boot/host-entities.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import { extendEntity } from '../../src/contract/extend-entity.ts';
import { openPglite } from '../../src/db/pglite-session.ts';
import type { Orm } from '../../src/entities/orm.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { HostDatabase, HostPlugin, OpenOptions } from '../../src/open/open-options.ts';
import { entity } from '../entities/support.ts';
import { openPool, revision } from './support.ts';

const id = p.integer().primary();
const Person = entity('Person', 'person', { properties: { id, name: p.string() } });
const users: HostPlugin = {
  revisions: [revision('users@0001', 'create table person (id serial primary key, name varchar(255) not null)')],
  load: () => definePlugin({ name: 'users', entities: [Person] }),
};
const likes: HostPlugin = {
  revisions: [
    revision('likes@0001', 'alter table person add column likes int not null default 0', { dependsOn: ['users@0001'] }),
  ],
  load: () => definePlugin({ name: 'likes', extend: [extendEntity(Person, { likes: p.integer().default(0) })] }),
};

/** A host that has a connection, and makes a MikroORM instance on it. */
interface Host {
  readonly kernel: (database: HostDatabase, plugins: OpenOptions['plugins']) => Promise<Kernel>;
  readonly orm: (entities: HostEntities) => Orm;
}

async function hostOn(kind: DatabaseKind): Promise<Host> {
  const target = await emptyDatabase(kind);
  const engine = kind === 'pglite' ? await openPglite({ kind, directory: null, shown: 'pglite://' }) : null;
  if (engine !== null) onTestFinished(engine.close);
  const connection = engine?.engine ?? openPool(urlOf(target));
  const closing = (orm: Orm): Orm => {
    onTestFinished(() => orm.close());
    return orm;
  };
  return {
    async kernel(database, plugins) {
      const kernel = await open({ connection, config: { database }, plugins: plugins ?? {} });
      onTestFinished(() => kernel.close());
      return kernel;
    },
    orm: (entities) =>
      closing(
        engine === null
          ? new PostgresOrm({ ...entities, clientUrl: urlOf(target) })
          : new PgliteOrm({ ...entities, dbName: 'host', driverOptions: () => ({ pglite: engine.engine }) }),
      ),
  };
}

describe.each(databaseKinds)('the entities of the plugins on %s', (kind) => {
  it.each<[string, HostDatabase]>([
    ['public', {}],
    ['a schema of their own', { schema: 'My App', ledger: 'My Ledger' }],
  ])('belong to a MikroORM instance of the host, with tables in %s', async (_, database) => {
    const host = await hostOn(kind);
    const kernel = await host.kernel(database, { users, likes });
    await kernel.upgrade();
    const orm = host.orm(await kernel.entities());
    const em = orm.em.fork();
    em.create(Person, { id: 1, name: 'ada', likes: 3 } as object);
    await em.flush();
    expect(await orm.em.fork().find(Person, { name: 'ada' })).toMatchObject([{ id: 1, likes: 3 }]);
    // The revisions have created exactly what the entities declare, and the ledger is not the generator's to drop.
    expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
  });

  it('may not name a schema if the config names that of the tables', async () => {
    const Log = entity('Log', 'audit.log', { properties: { id } });
    const Tagged = entity('Tagged', 'tagged', {
      properties: { id, people: () => p.manyToMany(Person).pivotTable('audit.tags') },
    });
    const State = entity('State', 'state', {
      properties: { id, now: () => p.enum(['on']).nativeEnumName('audit.state') },
    });
    const seen = extendEntity(Person, { seen: p.enum(['on']).nativeEnumName('audit.seen').nullable() });
    const refused: readonly [string, object][] = [
      ['Log', { entities: [Log] }],
      ['Tagged.people', { entities: [Tagged] }],
      ['State.now', { entities: [State] }],
      ['Person.seen', { extend: [seen] }],
    ];
    const host = await hostOn(kind);
    for (const [from, declared] of refused) {
      const audit: HostPlugin = {
        revisions: [],
        requires: ['users'],
        load: () => definePlugin({ name: 'audit', ...declared }),
      };
      const kernel = await host.kernel({ schema: 'app', ledger: 'app_ledger' }, { users, audit });
      const error = { code: 'ENTITY_SCHEMA_NAMED', details: { plugin: 'audit', from, schema: 'audit', tables: 'app' } };
      await expect(kernel.start(), from).rejects.toMatchObject(error);
      const entities = await kernel.entities();
      const make = async (): Promise<Orm> => host.orm(entities);
      await expect(make(), from).rejects.toMatchObject(error);
      // A refused start has not written anything.
      expect(await kernel.status()).toMatchObject({ pending: ['users@0001'] });
    }
    const public_ = await host.kernel(
      {},
      {
        users,
        audit: { revisions: [], requires: ['users'], load: () => definePlugin({ name: 'audit', entities: [Log] }) },
      },
    );
    expect((await public_.entities()).entities).toHaveLength(2);
  });
});
