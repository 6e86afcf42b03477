// `npm run bench:faults` boots several processes at once, and kills boots, with Headwater, Umzug and Alembic. See README.md.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { installKernel } from '../installed-kernel.ts';
import { openServer, type Server } from '../server.ts';
import { writeAlembic } from './alembic-files.ts';
import { revisions } from './revisions.ts';

const help = `Usage: npm run bench:faults -- [options]

  --rounds 20      rounds of processes at once
  --kills 40       killed boots
  --processes 8    processes at once
  --server URL     URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    kills: { type: 'string', default: '40' },
    processes: { type: 'string', default: '8' },
    server: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** A tool, and the command that brings the database of `DATABASE_URL` up to date. */
interface Tool {
  readonly name: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly cwd: string;
}

/** How often something happened, and what it is. */
type Count = readonly [n: number, what: string];

/** The revisions of a database that did not take effect exactly once. */
interface Effects {
  readonly repeated: number;
  readonly missing: number;
}

if (flags.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    const tools = install(directory);
    await using server = await openServer(directory, flags.server);
    process.stdout.write(`Node ${process.version}, PostgreSQL ${server.version}, ${revisions.length} revisions\n\n`);
    for (const tool of tools) {
      const together = await bootTogether(tool, server, Number(flags.rounds), Number(flags.processes));
      const killed = await killBoots(tool, server, Number(flags.kills));
      process.stdout.write(`${tool.name}\n${table(together)}${table(killed)}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function install(directory: string): readonly Tool[] {
  installKernel(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const program = (name: string): Tool => {
    const file = `${name}-boot.ts`;
    for (const copied of [file, 'revisions.ts']) cpSync(join(import.meta.dirname, copied), join(directory, copied));
    return { name, command: [process.execPath, file], cwd: directory };
  };
  const own = [program('headwater'), program('umzug')];
  try {
    execFileSync('alembic', ['--version'], { stdio: 'ignore' });
  } catch {
    process.stdout.write(
      'Alembic is left out: the command alembic is not installed (Debian: alembic, python3-psycopg2).\n',
    );
    return own;
  }
  const folder = join(directory, 'alembic');
  mkdirSync(folder);
  writeAlembic(folder, revisions);
  return [...own, { name: 'alembic', command: ['alembic', 'upgrade', 'head'], cwd: folder }];
}

/** Boots on an empty database, several processes at once. */
async function bootTogether(tool: Tool, server: Server, rounds: number, processes: number): Promise<readonly Count[]> {
  const url = server.urlOf('faults');
  const effects: Effects[] = [];
  let failed = 0;
  for (let round = 0; round < rounds; round += 1) {
    await server.create('faults');
    const codes = await Promise.all(Array.from({ length: processes }, () => boot(tool, url).ended));
    failed += codes.filter((code) => code !== 0).length;
    effects.push(await readEffects(url));
  }
  return [
    [failed, `of ${rounds * processes} processes, ${processes} at once on an empty database, failed`],
    ...countsOf(effects),
  ];
}

/** Kills a boot at moments that are evenly spread over the time of a boot, and then boots again. */
async function killBoots(tool: Tool, server: Server, kills: number): Promise<readonly Count[]> {
  const url = server.urlOf('faults');
  await server.create('faults');
  const began = performance.now();
  await boot(tool, url).ended;
  const length = performance.now() - began;
  const effects: Effects[] = [];
  let failed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await server.create('faults');
    const running = boot(tool, url);
    await sleep((length * (kill + 0.5)) / kills);
    running.kill();
    await running.ended;
    if ((await boot(tool, url).ended) !== 0) failed += 1;
    effects.push(await readEffects(url));
  }
  return [[failed, `of ${kills} boots after a kill failed`], ...countsOf(effects)];
}

function countsOf(effects: readonly Effects[]): readonly Count[] {
  const count = (which: keyof Effects): number => effects.filter((found) => found[which] > 0).length;
  return [
    [count('repeated'), `of ${effects.length} databases have a revision that took effect twice`],
    [count('missing'), `of ${effects.length} databases lack a revision`],
  ];
}

function boot(
  { command: [program, ...args], cwd }: Tool,
  url: string,
): { readonly ended: Promise<unknown>; readonly kill: () => void } {
  const child = spawn(program, args, { cwd, stdio: 'ignore', env: { ...process.env, DATABASE_URL: url } });
  return { ended: once(child, 'exit').then(([code]: unknown[]) => code), kill: () => void child.kill('SIGKILL') };
}

/** Counts the revisions that took effect more than once, and those that did not. */
async function readEffects(url: string): Promise<Effects> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const exists = await client.query<{ effect: string | null }>(`select to_regclass('effect') as effect`);
    if (exists.rows[0]?.effect === null) return { repeated: 0, missing: revisions.length };
    const { rows } = await client.query<{ id: string; n: number }>(
      'select id, count(*)::int as n from effect group by 1',
    );
    return { repeated: rows.filter(({ n }) => n > 1).length, missing: revisions.length - rows.length };
  } finally {
    await client.end();
  }
}

function table(counts: readonly Count[]): string {
  return counts.map(([n, what]) => `${String(n).padStart(6)}  ${what}\n`).join('');
}
