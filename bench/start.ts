// `npm run bench:start` compares a cold start of the published plugins, with nothing pending, with a plain script that
// opens MikroORM with the same entities and sends one query. See README.md.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandOf, installKernel, installPackage } from './installed-kernel.ts';
import { median, seconds, type Command } from './measure.ts';
import { openServer } from './server.ts';

const help = `Usage: npm run bench:start -- [options]

  --rounds 15      rounds of each, interleaved
  --server URL     URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
  --profile DIR    also writes a profile of one start (Node's --cpu-prof) into DIR
`;

const plugins = ['likes', 'comments', 'messages'] as const;
const database = 'bench_start';

/** The participants. The kernel runs first and creates the tables. The last one shows what Node's cache saves. */
const runners = ['kernel', 'floor', 'floor, cached'] as const;
type Runner = (typeof runners)[number];

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    server: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(help);
else await main(Number(flags.rounds));

async function main(rounds: number): Promise<void> {
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`${flags.rounds} is not a number of rounds`);
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    const kernel = installKernel(directory);
    for (const name of ['core', ...plugins]) installPackage(directory, `plugins/${name}`, `plugin-${name}`);
    await using server = await openServer(directory, flags.server);
    await server.create(database);
    const commands = commandsIn(directory, kernel, server.urlOf(database));
    // The first round is not counted: it applies pending revisions, and fills the caches of compiled code.
    for (const runner of runners) await seconds(commands[runner], directory);

    const took: Record<Runner, number[]> = { kernel: [], floor: [], 'floor, cached': [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
        took[runner].push(await seconds(commands[runner], directory));
      }
    }
    process.stdout.write(`Node ${process.version}, PostgreSQL ${server.version}, medians of ${rounds} rounds\n\n`);
    for (const runner of runners) {
      const [middle, floor] = [median(took[runner]), median(took.floor)];
      process.stdout.write(
        `${runner.padEnd(16)}${middle.toFixed(3)} s${`${(middle / floor).toFixed(2)} x`.padStart(10)}\n`,
      );
    }
    process.stdout.write(`\n${stagesOf(commands.kernel, directory)}\n`);
    if (flags.profile !== undefined) profile(commands.kernel, directory, flags.profile);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function commandsIn(directory: string, kernel: string, url: string): Readonly<Record<Runner, Command>> {
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
  const activated = Object.fromEntries(plugins.map((plugin) => [plugin, {}]));
  const config = { database: '${DATABASE_URL}', core: '@headwater/plugin-core', plugins: activated };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  const script = join(directory, 'start-floor.mjs');
  copyFileSync(join(import.meta.dirname, 'start-floor.mjs'), script);
  // Node's cache of compiled code is in the temporary folder, and is deleted with it.
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary);
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, TEMP: temporary, DATABASE_URL: url };
  return {
    kernel: { script: commandOf(kernel), args: ['start', '--once', '--json'], env },
    floor: { script, args: [], env },
    'floor, cached': { script, args: [], env: { ...env, COMPILE_CACHE: '1' } },
  };
}

/** Returns the times of the stages of a start, as the kernel reports them. */
function stagesOf({ script, args, env }: Command, cwd: string): string {
  const done = spawnSync(process.execPath, [script, ...args], { cwd, env, encoding: 'utf8' });
  const { stages, milliseconds } = JSON.parse(done.stdout) as {
    readonly stages: readonly { readonly stage: string; readonly milliseconds: number }[];
    readonly milliseconds: number;
  };
  const times = stages.map(({ stage, milliseconds: took }) => `${stage} ${Math.round(took)} ms`);
  return `one start: ${times.join(', ')}; ${Math.round(milliseconds)} ms in total after importing the command`;
}

function profile({ script, args, env }: Command, cwd: string, to: string): void {
  spawnSync(process.execPath, ['--cpu-prof', '--cpu-prof-dir', to, script, ...args], { cwd, env, stdio: 'ignore' });
  process.stdout.write(`profile: ${readdirSync(to).join(', ')} in ${to}\n`);
}
