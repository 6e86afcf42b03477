import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { urlOf } from '../../helper/database.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../helper/pgbouncer.ts';
import type { PluginSketch } from '../../helper/project.ts';
import { failureOf, makeApplication, pluginOf, type Application } from './history.ts';

const index: PluginSketch = {
  revisions: {
    '0001': 'create table m_a (n int)',
    '0002': {
      up: 'create index concurrently m_i on m_a (n)',
      fields: `transaction: false, check: sql\`select to_regclass('m_i') is not null\``,
    },
  },
};

/** Makes an application whose database is behind PgBouncer. Returns the URL through PgBouncer too. */
async function behindPgbouncer(
  m: PluginSketch,
  mode: string,
  poolSize: number,
  config: object = {},
): Promise<readonly [Application, string]> {
  const application = await makeApplication('postgres', { m }, config);
  const url = await startPgbouncer(urlOf(application.target), mode, poolSize);
  application.reconfigure((settings) => (settings['database'] = url));
  return [application, url];
}

describe.runIf(hasPgbouncer)(`behind PgBouncer${pgbouncerSkipReason}`, () => {
  it('run-33: a pool of one is refused before the first write if a step runs outside a transaction', async () => {
    const [application] = await behindPgbouncer(index, 'transaction', 1);
    const began = performance.now();
    const done = await application.kernel('migrate:up', '--json');
    expect(performance.now() - began).toBeLessThan(20_000);
    const { hint, details } = failureOf(done, 22, 'DIRECT_CONNECTION_NEEDED');
    expect(details).toMatchObject({ revision: 'm@0002' });
    expect(hint).toContain('directUrl');
    expect(await application.query(`select to_regclass('kernel.ledger') as found`)).toEqual([{ found: null }]);
  });

  it('run-33: a direct URL makes it work', async () => {
    const [application, url] = await behindPgbouncer(index, 'transaction', 1);
    const directUrl = urlOf(application.target);
    application.reconfigure((config) => (config['database'] = { url, directUrl }));
    ok(await application.kernel('migrate:up'));
    expect(await application.applied()).toEqual(['m@0001', 'm@0002']);
  });

  it('run-34: statement mode is refused before the first write', async () => {
    const [application] = await behindPgbouncer(index, 'statement', 2);
    const { message } = failureOf(await application.kernel('migrate:up', '--json'), 22, 'DATABASE_UNSUPPORTED');
    expect(message).toContain('a pooler in statement mode');
    expect(await application.query(`select to_regclass('kernel.ledger') as found`)).toEqual([{ found: null }]);
  });

  it.each([
    ['run-50: a step outside a transaction', index],
    [
      'a revision that changes settings',
      pluginOf(`set statement_timeout = '5s'; set lock_timeout = 1; set timezone = 'Asia/Tokyo'`),
    ],
  ])('nothing stays on a server connection after %s', async (_, m) => {
    const limits = { upgrade: { lockTimeout: 0.7, statementTimeout: 30 } };
    const [application, url] = await behindPgbouncer(m, 'transaction', 2, limits);
    const before = await settingsOnAllConnections(url, 2);
    ok(await application.kernel('migrate:up'));
    const after = await settingsOnAllConnections(url, 2);
    expect(new Set(after)).toEqual(new Set(before));
  });
});

/** Returns the settings of `count` server connections that are in use at the same time. */
async function settingsOnAllConnections(url: string, count: number): Promise<readonly string[]> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: url }));
  const settings: string[] = [];
  for (const client of clients) {
    await client.connect();
    onTestFinished(() => client.end().catch(() => {}));
    // A transaction keeps its server connection.
    await client.query('begin');
    const { rows } = await client.query<{ setting: string }>(
      `select string_agg(name || '=' || setting, ' ' order by name) as setting from pg_settings
        where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'search_path',
          'client_connection_check_interval', 'TimeZone', 'role', 'transaction_timeout')`,
    );
    settings.push(rows[0]?.setting ?? '');
  }
  for (const client of clients) await client.query('rollback');
  for (const client of clients) await client.end();
  return settings;
}
