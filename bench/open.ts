// `npm run bench:open` compares a program that opens the kernel and reads the status of its plugins with a plain script
// that sends one query over `pg`. See README.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installKernel, installPackage, repository } from './installed-kernel.ts';
import { median, seconds, type Command } from './measure.ts';
import { openServer } from './server.ts';

const help = `Usage: npm run bench:open -- [options]

  --rounds 31      rounds of each, interleaved
  --server URL     URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '31' },
    server: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** The driver comes from the repository, as an application has it among its own packages. */
const driver = JSON.stringify(join(repository, 'node_modules/pg/lib/index.js'));

const pool = `const { default: pg } = await import(${driver});
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });`;

const openKernel = `${pool}
const { open } = await import('@headwater/kernel');
const plugins = { core: { package: '@headwater/plugin-core' }, likes: { package: '@headwater/plugin-likes' } };
const kernel = await open({ connection: pool, plugins });`;

/** The programs. The first one creates the tables and is not timed. */
const programs = {
  upgrade: `${openKernel}\nawait kernel.upgrade();\nawait pool.end();`,
  kernel: `${openKernel}\nconst { pending } = await kernel.status();\nif (pending.length > 0) throw new Error('pending');\nawait pool.end();`,
  floor: `${pool}\nconst { rows } = await pool.query('select count(*) from kernel.ledger');\nif (rows.length !== 1) throw new Error('no row');\nawait pool.end();`,
} as const;

if (flags.help) process.stdout.write(help);
else await main(Number(flags.rounds));

async function main(rounds: number): Promise<void> {
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`${flags.rounds} is not a number of rounds`);
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    installKernel(directory);
    for (const name of ['core', 'likes']) installPackage(directory, `plugins/${name}`, `plugin-${name}`);
    writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
    await using server = await openServer(directory, flags.server);
    await server.create('bench_open');
    mkdirSync(join(directory, 'tmp'));
    const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: server.urlOf('bench_open') };
    const command = (name: keyof typeof programs): Command => {
      const script = join(directory, `${name}.mjs`);
      writeFileSync(script, `${programs[name]}\n`);
      return { script, args: [], env };
    };
    const [upgrade, kernel, floor] = [command('upgrade'), command('kernel'), command('floor')];
    for (const one of [upgrade, kernel, floor]) await seconds(one, directory);
    const took = { kernel: [] as number[], floor: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? (['kernel', 'floor'] as const) : (['floor', 'kernel'] as const);
      for (const name of order) took[name].push(await seconds(name === 'kernel' ? kernel : floor, directory));
    }
    const [ours, theirs] = [median(took.kernel), median(took.floor)];
    process.stdout.write(
      `Node ${process.version}, PostgreSQL ${server.version}, medians of ${rounds} rounds\n\n` +
        `open and status  ${ours.toFixed(3)} s\nbare pg          ${theirs.toFixed(3)} s\n` +
        `ratio            ${(ours / theirs).toFixed(2)} x\ndifference       ${((ours - theirs) * 1000).toFixed(0)} ms (goal: at most 30 ms)\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
