import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import { token } from '../../src/contract/token.ts';
import { open } from '../../src/open/open.ts';
import type { HostInlinePlugin } from '../../src/open/open-options.ts';
import { openOn, revision, shop, text } from './support.ts';

const all = ['users@0001_person', 'shop@0001_order', 'shop@0002_total'];

describe.each(databaseKinds)('on %s', (kind) => {
  it('a host upgrades its plugins in one plan, and reads their state before and after', async () => {
    const kernel = await openOn(kind);
    expect(await kernel.status()).toMatchObject({ pending: all, dormant: [], ahead: [], error: null });
    const plan = await kernel.plan({ sql: true });
    expect(plan.steps.map(({ id }) => id)).toEqual(all);
    expect(plan.steps[0]).toMatchObject({
      direction: 'up',
      kind: 'sql',
      sql: 'create table person (id int primary key)',
    });
    expect(await kernel.upgrade({ to: 'shop@0001' })).toMatchObject({ applied: all.slice(0, 2), others: 0 });
    expect(await kernel.upgrade()).toMatchObject({ applied: all.slice(2) });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    expect((await kernel.history({ plugin: 'shop' })).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'shop@0001_order applied',
      'shop@0002_total applied',
    ]);
    expect(await kernel.show('shop@0001')).toMatchObject({
      state: 'applied',
      package: 'inline:shop',
      version: '0.0.0',
      stamped: false,
      from: 'code',
    });
    expect(await kernel.downgrade('shop@base')).toMatchObject({ applied: ['shop@0002_total', 'shop@0001_order'] });
    expect(await kernel.status()).toMatchObject({ pending: all.slice(1) });
  });

  it('keeps its tables and its ledger in the schemas of the config', async () => {
    const database = urlOf(await emptyDatabase(kind));
    const schemas = { schema: 'My App', ledger: 'My Ledger' };
    const kernel = await openOn(kind, { config: { database: { url: database, ...schemas } } });
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    expect(await kernel.downgrade('shop@0001')).toMatchObject({ applied: ['shop@0002_total'] });
    await kernel.close();
    const other = await openOn(kind, { config: { database: { url: database, schema: 'My App' } } });
    await expect(other.upgrade()).rejects.toMatchObject({ code: 'SCHEMA_TAKEN', exitCode: 15 });
    await other.close();
    const moved = await openOn(kind, { config: { database: { url: database, ledger: 'My Ledger' } } });
    await expect(moved.status()).rejects.toMatchObject({ code: 'SCHEMA_TAKEN' });
  });

  it('why explains the place of a pending revision', async () => {
    const kernel = await openOn(kind);
    await kernel.upgrade({ to: 'users' });
    expect(await kernel.why('shop@0001')).toEqual({
      id: 'shop@0001_order',
      state: 'pending',
      position: 1,
      total: 2,
      isHead: false,
      neededBy: ['shop@0002_total'],
      after: [{ id: 'users@0001_person', state: 'applied' }],
      chain: [
        { id: 'shop@0002_total', edge: null },
        { id: 'shop@0001_order', edge: 'revises' },
      ],
      previous: null,
      previousBecause: null,
      previousChain: [],
      removed: [],
    });
    expect(await kernel.why('shop')).toMatchObject({
      position: 2,
      isHead: true,
      neededBy: [],
      previous: 'shop@0001_order',
      previousBecause: 'needed',
      previousChain: [
        { id: 'shop@0002_total', edge: null },
        { id: 'shop@0001_order', edge: 'revises' },
      ],
    });
    expect(await kernel.why('users')).toMatchObject({ state: 'applied', position: null, previous: null, chain: [] });
    expect(await kernel.whyNot('users')).toMatchObject({ reason: 'applied', appliedBy: { package: 'inline:users' } });
    expect(await kernel.whyNot('shop')).toEqual({
      id: 'shop@0002_total',
      reason: 'pending',
      appliedAt: null,
      appliedBy: null,
    });
    await expect(kernel.whyNot('shoes')).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    await expect(kernel.why('users@base')).rejects.toMatchObject({ code: 'TARGET_ILLEGAL' });
  });

  it('plan and why name what a pending revision needs and another plugin has removed', async () => {
    const config = { database: urlOf(await emptyDatabase(kind)) };
    const users = [
      ...(shop['users'] as HostInlinePlugin).revisions,
      revision('users@0002_name', 'alter table person rename column id to number', { revises: 'users@0001_person' }),
    ];
    const before = await open({ config, plugins: { users: { revisions: users } } });
    await before.upgrade();
    await before.close();
    const late = revision('late@0001_copy', 'create table late as select id from person', {
      dependsOn: ['users@0001_person'],
    });
    const plugins = { users: { revisions: users }, late: { revisions: [late] } };
    const kernel = await openOn(kind, { config, plugins });
    const removed = [
      { revision: 'late@0001_copy', object: 'column person.id', removedBy: 'users@0002_name', renamedTo: 'number' },
    ];
    expect(await kernel.plan()).toMatchObject({ removed });
    expect(await kernel.why('late')).toMatchObject({ removed });
    await expect(kernel.upgrade()).rejects.toMatchObject({
      details: { revision: 'late@0001_copy', removed: { revision: 'users@0002_name' } },
    });
  });

  it('start runs the plugins, with values of the host in their container', async () => {
    const Greeting = token<string>('host.greeting');
    const Name = token<string>('greeter.name');
    const said: string[] = [];
    const greeter = definePlugin({
      name: 'greeter',
      start({ get, log }) {
        said.push(`${get(Greeting)}, ${get(Name)}`);
        log.info('greeted', { times: 1 });
      },
      stop: () => void said.push('bye'),
    });
    const entries: unknown[] = [];
    const write = (fields: object, message: string): void => void entries.push({ ...fields, message });
    const kernel = await openOn(kind, {
      plugins: {
        greeter: { revisions: [revision('greeter@0001', 'create table greeting (id int)')], load: () => greeter },
      },
      log: { debug: write, info: write, warn: write, error: write },
    });
    const app = await kernel.start({
      bind({ bind }) {
        bind(Greeting).toConstantValue('hello');
        bind(Name).toConstantValue('host');
      },
    });
    expect(said).toEqual(['hello, host']);
    expect(entries).toContainEqual({ plugin: 'greeter', message: 'greeted', times: 1 });
    expect(entries).toContainEqual(expect.objectContaining({ plugin: 'kernel', revision: 'greeter@0001' }));
    expect(app.report.applied).toEqual(['greeter@0001']);
    const count = app.run(() => app.orm.em.execute('select count(*)::int as rows from greeting'));
    expect(await count).toEqual([{ rows: 0 }]);
    expect(await app.health()).toMatchObject({ ok: true, state: 'running', database: { ok: true, reason: null } });
    await kernel.close();
    expect(said).toEqual(['hello, host', 'bye']);
    expect(await app.health()).toMatchObject({
      ok: false,
      state: 'stopped',
      database: { reason: 'the application is stopped' },
    });
  });

  it('two kernels with different plugins share a process', async () => {
    const one = await openOn(kind);
    const other = await openOn(kind, {
      plugins: { notes: { revisions: [revision('notes@0001', 'create table note (id int)')] } },
    });
    const applied = await Promise.all([one.upgrade(), other.upgrade()]);
    expect(applied.map((done) => done.applied)).toEqual([all, ['notes@0001']]);
    const apps = await Promise.all([one.start(), other.start()]);
    expect(apps.map(({ report }) => report.plugins.map(({ name }) => name))).toEqual([['users', 'shop'], ['notes']]);
    await apps[0]?.stop();
    expect(await apps[1]?.health()).toMatchObject({ ok: true });
  });

  it('nothing can be called after close', async () => {
    const kernel = await openOn(kind);
    await kernel.status();
    await Promise.all([kernel.close(), kernel.close()]);
    await expect(kernel.status()).rejects.toMatchObject({ code: 'KERNEL_CLOSED', details: { operation: 'status' } });
  });
});

describe('an instance of PGlite', () => {
  it('is used in place of a connection, and stays open', async () => {
    const engine = new PGlite();
    onTestFinished(() => engine.close());
    const kernel = await open({ connection: engine, plugins: shop });
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
    const app = await kernel.start();
    expect(await app.health()).toMatchObject({ ok: true });
    await expect(kernel.downgrade('shop@base')).rejects.toMatchObject({ code: 'EMBEDDED_APP_RUNNING' });
    await kernel.close();
    expect((await engine.query('select count(*)::int as rows from kernel.ledger')).rows).toEqual([{ rows: 3 }]);
  });
});

describe('open', () => {
  it('refuses plugins and values that do not fit, before it connects', async () => {
    const database = 'postgres://127.0.0.1:1/nowhere';
    const open1 = (plugins: Parameters<typeof open>[0]): Promise<unknown> => open({ config: { database }, ...plugins });
    const needy = revision('needy@0001', 'select 1', { dependsOn: ['shop@0001_order'] });
    await expect(open1({ plugins: { needy: { revisions: [needy] } } })).rejects.toMatchObject({
      code: 'REQUIREMENT_MISSING',
      details: { plugin: 'needy', needs: 'shop' },
    });
    await expect(open1({ plugins: { shop: { revisions: [needy] } } })).rejects.toMatchObject({
      code: 'REVISION_NAME_DIFFERS',
    });
    await expect(open1({ plugins: { host: { revisions: [] } } })).rejects.toMatchObject({
      code: 'PLUGIN_NAME_RESERVED',
    });
    await expect(open1({ plugins: { needy: { revisions: [needy, needy] } } })).rejects.toMatchObject({
      code: 'REVISION_DUPLICATE',
    });
    const plain = { id: 'plain@0001', revises: null, up: text('select 1') };
    await expect(open1({ plugins: { plain: { revisions: [plain as never] } } })).rejects.toMatchObject({
      code: 'REVISION_EXPORT_INVALID',
    });
    await expect(open1({ config: { database, pool: { max: 0 } } })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      details: { pointer: '/pool/max' },
    });
    await expect(open({})).rejects.toMatchObject({ code: 'CONFIG_VALUE_INVALID', details: { pointer: '/database' } });
    await expect(open({ connection: 'postgres://localhost' as never })).rejects.toMatchObject({
      code: 'CONNECTION_UNFIT',
      details: { problem: 'unknown' },
    });
  });

  it('says that the code of a plugin comes from its `load`, not from a package', async () => {
    const start = async (load: () => object): Promise<unknown> => {
      const kernel = await openOn('pglite', { plugins: { mine: { revisions: [], load } } });
      return kernel.start().catch((error: unknown) => error);
    };
    const broken = (): never => {
      throw new Error('out of order');
    };
    expect(await start(broken)).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(/in plugins\.mine\.load of open\(\): out of order\.$/) as unknown,
      hint: 'Correct its `load`. The cause of this error has the stack.',
    });
    expect(await start(() => ({ default: definePlugin({ name: 'yours' }) }))).toMatchObject({
      code: 'PLUGIN_EXPORT_INVALID',
      message: expect.stringMatching(
        /load of open\(\) calls it "yours", and open\(\) lists it as "mine"\.$/,
      ) as unknown,
      hint: "Return from it: definePlugin({ name: 'mine', … })",
    });
  });

  it('takes the texts of a config as they are', async () => {
    const kernel = await open({ config: { database: 'postgres://user:${PASSWORD}@127.0.0.1:1/nowhere' } });
    expect(kernel.database).toBe('postgres://user@127.0.0.1:1/nowhere');
    await expect(kernel.status()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });
});
