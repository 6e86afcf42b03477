// `npm run faults -- --soak 30`: boots, faults and requests on the site, while its memory and descriptors are watched.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openBrowserSession } from '../helper/browser-session.ts';
import { freePort } from '../helper/free-port.ts';
import { flatnessOf, tolerance, type Flatness, type Sample } from './flatness.ts';

const root = join(import.meta.dirname, '../..');
const plugins = ['core', 'http', 'site', 'accounts', 'likes', 'comments', 'messages', 'moderation', 'studio'];

/** Options of Node for the site. Without a limit, V8 collects its garbage so rarely that memory is never flat. */
const smallHeap = ['--max-old-space-size=192'];

/** Seconds between two samples. */
const sampleEvery = 5;

/** What happened during a soak. */
export interface Counts {
  requests: number;
  refused: number;
  boots: number;
  kills: number;
  downgrades: number;
  terminated: number;
}

/** The outcome of a soak. */
export interface SoakResult extends Flatness {
  readonly counts: Counts;
  /** Clean boots that failed, and faults that were not survived. */
  readonly failures: readonly unknown[];
}

/** The parts of a soak. */
interface Stage {
  readonly kernel: string;
  readonly folder: string;
  readonly admin: pg.Client;
  readonly counts: Counts;
  readonly ended: () => boolean;
}

/**
 * Runs the site for some minutes. Meanwhile people use it, its server processes are terminated, other replicas boot, and
 * a second database is upgraded, downgraded and killed over and over. Prints the measurements, and returns them.
 */
export async function runSoak(minutes: number): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-soak-'));
  // The server may run as another user, who needs access.
  chmodSync(folder, 0o755);
  const server = spawn(process.execPath, [join(root, 'test/helper/postgres-server.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const port = Number(String(await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])).trim());
    return await soak(folder, port, performance.now() + minutes * 60_000);
  } finally {
    server.stdin.end();
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(folder: string, serverPort: number, until: number): Promise<SoakResult> {
  const urlOf = (name: string): string => `postgres://postgres:postgres@127.0.0.1:${serverPort}/${name}`;
  const admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  for (const name of ['site', 'boots']) await admin.query(`create database ${name}`);
  const port = await freePort();
  for (const name of ['site', 'boots', 'replica']) {
    writeProject(join(folder, name), urlOf(name === 'replica' ? 'site' : name), name === 'site' ? port : 0);
  }
  const counts: Counts = { requests: 0, refused: 0, boots: 0, kills: 0, downgrades: 0, terminated: 0 };
  const failures: unknown[] = [];
  const ended = (): boolean => performance.now() > until || failures.length > 0;
  const stage: Stage = { kernel: join(root, 'core/kernel/bin/kernel.js'), folder, admin, counts, ended };
  await run(stage, 'site', ['app:seed']);
  const site = start(stage, 'site', ['start'], smallHeap);
  let said = '';
  site.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
  const address = `http://127.0.0.1:${port}`;
  try {
    while (!(await answers(address))) await sleep(100);
    const samples: Sample[] = [];
    const loops = [
      use(address, stage),
      use(address, stage),
      boot(stage),
      terminate(stage),
      watch(site, stage, samples),
    ];
    await Promise.all(loops.map((loop) => loop.catch((error: unknown) => void failures.push(error))));
    if (site.exitCode !== null) failures.push(`the site ended with ${site.exitCode}: ${said}`);
    return report(samples, counts, failures);
  } finally {
    site.kill();
    if (site.exitCode === null && site.signalCode === null) await once(site, 'exit');
    await admin.end();
  }
}

function writeProject(directory: string, database: string, port: number): void {
  const modules = join(directory, 'node_modules/@headwater');
  mkdirSync(modules, { recursive: true });
  for (const name of plugins) symlinkSync(join(root, 'plugins', name), join(modules, `plugin-${name}`));
  for (const [name, path] of [
    ['app', 'app'],
    ['kernel', 'core/kernel'],
    ['dev', 'core/dev'],
  ] as const) {
    symlinkSync(join(root, path), join(modules, name));
  }
  // A busy machine may take long to start a plugin.
  const patient = { $startTimeout: 300 };
  const active = Object.fromEntries(plugins.flatMap((name) => (name === 'core' ? [] : [[name, patient]])));
  const config = {
    database,
    core: '@headwater/plugin-core',
    plugins: { ...active, http: { port, ...patient }, app: { $package: '@headwater/app', ...patient } },
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'package.json'), '{ "name": "soak", "private": true, "type": "module" }\n');
}

function start(
  { kernel, folder }: Stage,
  project: string,
  args: readonly string[],
  execArgv: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, [...execArgv, kernel, ...args], {
    cwd: join(folder, project),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Runs a command, which must succeed. */
async function run(stage: Stage, project: string, args: readonly string[]): Promise<void> {
  const child = start(stage, project, args);
  let said = '';
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`kernel ${args.join(' ')} ended with ${code}: ${said}`);
}

async function answers(address: string): Promise<boolean> {
  return fetch(address).then(
    async (answer) => (await answer.text(), answer.ok),
    () => false,
  );
}

/** A person who signs up, reads pages, comments, and likes stories and takes the likes back. */
async function use(address: string, { counts, ended }: Stage): Promise<void> {
  const session = openBrowserSession(address);
  await session.submit('/sign-up', '/sign-up', { name: `ada${counts.requests}`, password: 'correct horse 42' });
  let story = '';
  for (let i = 0; !ended(); i += 1) {
    const path = ['/', '/newest', story, '/studio', '/healthz', story][i % 6] ?? '/';
    const page = await session.open(path === '' ? '/' : path);
    counts.requests += 1;
    story = /href="(\/stories\/\d+)"/.exec(page.text)?.[1] ?? story;
    const id = story.split('/').at(-1) ?? '';
    // A request whose server process was terminated fails; the next one must not.
    const isWrite = i % 12 === 5 && page.text.includes(`/objects/${id}/`);
    if (isWrite) {
      const action = page.text.includes(`/objects/${id}/like"`) ? 'like' : 'unlike';
      await session.submit(story, `/objects/${id}/${action}`, {}).catch(() => {});
      counts.requests += 2;
    }
    if (page.status >= 500) {
      counts.refused += 1;
      await sleep(500);
      const again = await session.open('/');
      if (again.status >= 500)
        throw new Error(`the site answers ${again.status} twice in a row: ${again.text.slice(0, 300)}`);
    }
    await sleep(50);
  }
}

/** Upgrades, kills and downgrades a second database, and boots replicas of the site. */
async function boot(stage: Stage): Promise<void> {
  const { counts, ended } = stage;
  for (let i = 0; !ended(); i += 1) {
    const killed = start(stage, 'boots', ['migrate:up']);
    const exit = once(killed, 'close');
    await sleep(Math.random() * 1500);
    if (killed.kill('SIGKILL')) counts.kills += 1;
    await exit;
    await run(stage, 'boots', ['migrate:up']);
    counts.boots += 1;
    await run(stage, 'boots', ['migrate:down', i % 2 === 0 ? 'likes@base' : 'comments@base', '--cascade']);
    counts.downgrades += 1;
    if (i % 4 === 0) {
      await run(stage, 'replica', ['start', '--once']);
      counts.boots += 1;
    }
  }
}

/** Terminates all server processes of the site from time to time. */
async function terminate({ admin, counts, ended }: Stage): Promise<void> {
  while (!ended()) {
    await sleep(20_000);
    const { rows } = await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'site'`);
    counts.terminated += rows.length;
  }
}

/** Samples the site. */
async function watch(site: ChildProcess, { admin, ended }: Stage, samples: Sample[]): Promise<void> {
  const { pid } = site;
  while (!ended()) {
    await sleep(sampleEvery * 1000);
    if (site.exitCode !== null) return;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const { rows } = await admin.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = 'site'`,
    );
    samples.push({
      memory: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      connections: rows[0]?.n ?? 0,
    });
  }
}

/** Prints the outcome and returns it. */
function report(samples: readonly Sample[], counts: Counts, failures: readonly unknown[]): SoakResult {
  const flatness = flatnessOf(samples);
  const { early, late, grown } = flatness;
  const lines = [
    `Soak: ${samples.length} samples, one every ${sampleEvery} s. ${JSON.stringify(counts)}`,
    `memory       ${megabytes(early.memory)}, then ${megabytes(late.memory)} (at most ${tolerance.memory} x)`,
    `descriptors  ${early.descriptors}, then ${late.descriptors} (at most ${tolerance.descriptors} more)`,
    `connections  ${early.connections}, then ${late.connections} (at most ${tolerance.connections} more)`,
    ...grown.map((name) => `not flat: ${name}`),
    ...failures.map((failure) => `failed: ${String(failure)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return { ...flatness, counts, failures };
}

/** Returns a number of bytes as text. */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
