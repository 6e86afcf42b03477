// `npm run bench:front-page` compares the front page of the community with a bare Fastify that runs the same queries over
// `pg`. See README.md.
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { commandOf, repository } from './installed-kernel.ts';
import { median } from './measure.ts';
import { recordQueries } from './record-queries.ts';
import { freePort, openServer } from './server.ts';

const help = `Usage: npm run bench:front-page -- [options]

  --requests 1000  measured requests to each server, interleaved, on one connection that stays open
  --server URL     URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
`;

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000' },
    server: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const plugins = ['core', 'http', 'site', 'accounts', 'likes', 'comments', 'messages', 'moderation'];

/** Requests before the measurement, after which the servers' code is compiled. */
const warmUp = 500;

if (flags.help) process.stdout.write(help);
else await main(Number(flags.requests));

async function main(requests: number): Promise<void> {
  if (!(Number.isInteger(requests) && requests > 0)) throw new Error(`${flags.requests} is not a number of requests`);
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    // Linked packages run from their sources, so nothing is built.
    const modules = join(directory, 'node_modules/@headwater');
    mkdirSync(modules, { recursive: true });
    for (const name of plugins) symlinkSync(join(repository, 'plugins', name), join(modules, `plugin-${name}`));
    symlinkSync(join(repository, 'app'), join(modules, 'app'));
    symlinkSync(join(repository, 'core/kernel'), join(modules, 'kernel'));
    const kernel = commandOf(join(repository, 'core/kernel'));
    await using server = await openServer(directory, flags.server);
    await server.create('bench_front_page');
    const database = server.urlOf('bench_front_page');
    const ports = { site: await freePort(), floor: await freePort() };
    writeProject(directory, database, ports.site);
    const seeded = spawnSync(process.execPath, [kernel, 'app:seed'], { cwd: directory, encoding: 'utf8' });
    if (seeded.status !== 0) throw new Error(seeded.stderr);
    const files = { directory, kernel, ports };
    await assertSameQueries(database, files);
    const servers = await startServers(database, files);
    const took = await measure(ports, requests);
    // Before their database.
    await Promise.all(servers.map(stop));
    const [ours, theirs] = [median(took.site), median(took.floor)];
    process.stdout.write(
      `Node ${process.version}, PostgreSQL ${server.version}, medians of ${requests} requests\n${seeded.stdout}\n` +
        `front page    ${ours.toFixed(2)} ms\nbare Fastify  ${theirs.toFixed(2)} ms\n` +
        `ratio         ${(ours / theirs).toFixed(2)} x (goal: at most 2 x)\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The folder of the project, the kernel's command, and the ports of both servers. */
interface Files {
  readonly directory: string;
  readonly kernel: string;
  readonly ports: Readonly<Record<'site' | 'floor', number>>;
}

/** Starts the site and the bare Fastify on a database. */
async function startServers(database: string, { directory, kernel, ports }: Files): Promise<readonly ChildProcess[]> {
  writeProject(directory, database, ports.site);
  const floor = join(import.meta.dirname, 'front-page-floor.mjs');
  const servers = [
    fork(kernel, ['start'], { cwd: directory, stdio: 'ignore' }),
    fork(floor, { env: { ...process.env, DATABASE_URL: database, PORT: String(ports.floor) } }),
  ];
  await Promise.all([answered(ports.site), answered(ports.floor)]);
  return servers;
}

/** Throws if a request to the site sends other SQL than one to the bare Fastify. */
async function assertSameQueries(database: string, files: Files): Promise<void> {
  await using recorder = await recordQueries(database);
  const servers = await startServers(recorder.url, files);
  const queriesOf = async (port: number): Promise<readonly string[]> => {
    // A new process works on for a moment.
    do await sleep(500);
    while (recorder.take().length > 0);
    await request(port);
    return recorder.take().map(withoutValues);
  };
  const [ours, theirs] = [await queriesOf(files.ports.site), await queriesOf(files.ports.floor)];
  await Promise.all(servers.map(stop));
  if (ours.join('\n') === theirs.join('\n')) return;
  throw new Error(`the queries differ, of the site:\n${ours.join('\n')}\nof the bare Fastify:\n${theirs.join('\n')}`);
}

/** Replaces the values in a query by question marks: the site writes them into the text, the bare Fastify sends them. */
function withoutValues(sql: string): string {
  return sql
    .replaceAll('"', '')
    .replaceAll(/ in \([\d, ]+\)/g, ' = any(?)')
    .replaceAll(/'[^']*'|\$\d+|(?<=\blimit )\d+/g, '?');
}

function writeProject(directory: string, database: string, port: number): void {
  const active = Object.fromEntries(plugins.flatMap((name) => (name === 'core' ? [] : [[name, {}]])));
  const config = {
    database,
    core: '@headwater/plugin-core',
    plugins: { ...active, http: { port }, app: { $package: '@headwater/app' } },
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'package.json'), '{ "name": "bench", "private": true, "type": "module" }\n');
}

/** Returns the milliseconds of each request, by server. Both get their requests in turn. */
async function measure<Name extends string>(
  ports: Readonly<Record<Name, number>>,
  requests: number,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const agent = new Agent({ keepAlive: true });
  // `Object.keys` returns the names of the type that was given.
  const names = Object.keys(ports) as Name[];
  const took = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let i = -warmUp; i < requests; i += 1) {
    for (const name of i % 2 === 0 ? names : names.toReversed()) {
      const began = performance.now();
      await request(ports[name], agent);
      if (i >= 0) took[name].push(performance.now() - began);
    }
  }
  agent.destroy();
  return took;
}

function request(port: number, agent?: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', agent, headers: { accept: 'text/html' } }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`the server on port ${port} answered ${answer.statusCode}`));
      });
    }).once('error', reject);
  });
}

/** Waits until a server answers. */
async function answered(port: number): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await request(port);
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
