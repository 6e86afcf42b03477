import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../helper/free-port.ts';

/** A PostgreSQL server that replays what its primary does, and only reads. */
export interface Standby extends AsyncDisposable {
  /** Returns the URL of a database on it. */
  readonly urlOf: (database: string) => string;
  /** Waits until it has replayed everything that the primary has committed. */
  readonly catchUp: () => Promise<void>;
  /** Ends the replication: from now on it is a primary itself. */
  readonly promote: () => Promise<void>;
}

/** Starts a standby of the server at a URL, with streaming replication: a copy of its files, as `pg_basebackup` makes it. */
export async function startStandby(primaryUrl: string): Promise<Standby> {
  const primary = new pg.Client({ connectionString: primaryUrl });
  // The server may end before the standby does, if a test fails.
  primary.on('error', () => {});
  await primary.connect();
  const valueOf = async (client: pg.Client, text: string): Promise<string> =>
    String((await client.query<{ value: unknown }>(`select ${text} as value`)).rows[0]?.value);
  const source = await valueOf(primary, `current_setting('data_directory')`);
  const pid = (await valueOf(primary, `split_part(pg_read_file('postmaster.pid'), e'\\n', 1)`)).trim();
  // A standby may not have fewer than its primary.
  const most = await valueOf(primary, `current_setting('max_connections')`);
  const { uid, gid } = statSync(source);
  const folder = `${source}-standby`;
  const port = await freePort();

  await primary.query(`select pg_backup_start('standby', fast => true)`);
  // With the owner of the files, unlike Node.
  execFileSync('cp', ['-a', source, folder]);
  rmSync(join(folder, 'postmaster.pid'));
  const label = await valueOf(primary, '(pg_backup_stop(wait_for_archive => false)).labelfile');
  const { hostname, port: primaryPort, username, password } = new URL(primaryUrl);
  const write = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content);
    chownSync(join(folder, name), uid, gid);
  };
  write('backup_label', label);
  write('standby.signal', '');
  const conninfo = `host=${hostname} port=${primaryPort} user=${username} password=${password}`;
  write(
    'postgresql.auto.conf',
    `primary_conninfo = '${conninfo}'\nport = ${port}\nmax_connections = ${most}\nfsync = off\n`,
  );
  const server = spawn(readlinkSync(`/proc/${pid}/exe`), ['-D', folder], {
    uid,
    gid,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(server, 'exit');

  const urlOf = (database: string): string => `postgres://${username}:${password}@${hostname}:${port}/${database}`;
  const connected = async (): Promise<pg.Client> => {
    for (;;) {
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      try {
        await client.connect();
        return client;
      } catch (error) {
        if (server.exitCode !== null) throw new Error(`the standby did not start: ${said}`, { cause: error });
        await sleep(50);
      }
    }
  };
  const standby = await connected();
  return {
    urlOf,
    async catchUp() {
      const end = await valueOf(primary, 'pg_current_wal_insert_lsn()');
      while ((await valueOf(standby, `pg_last_wal_replay_lsn() >= '${end}'`)) !== 'true') await sleep(20);
    },
    promote: async () => void (await standby.query('select pg_promote()')),
    async [Symbol.asyncDispose]() {
      await Promise.all([primary.end(), standby.end()]);
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
