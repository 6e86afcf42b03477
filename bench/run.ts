// `npm run bench` compares the installed kernel with a plain Node program that does the same work through the same
// driver, on a real PostgreSQL. See README.md.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installKernel } from './installed-kernel.ts';
import { median } from './measure.ts';
import { race, ratioOf, type Race } from './race.ts';
import { openServer } from './server.ts';
import { makeWorkload } from './workload.ts';

const help = `Usage: npm run bench -- [options]

  --sizes 10x10,50x20   plugins x revisions of each, separated by commas
  --noop 21             rounds with nothing pending
  --fresh 5             rounds on an empty database
  --boot 3              rounds of a first and a second start
  --server URL          URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
  --json FILE           also writes every measured value
`;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10x10,50x20' },
    noop: { type: 'string', default: '21' },
    fresh: { type: 'string', default: '5' },
    boot: { type: 'string', default: '3' },
    server: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const sizes = flags.sizes.split(',').map(sizeOf);
  const rounds = { fresh: count(flags.fresh), noop: count(flags.noop), boot: count(flags.boot) };
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    const kernel = installKernel(directory);
    const floor = join(directory, 'floor.mjs');
    copyFileSync(join(import.meta.dirname, 'floor.mjs'), floor);
    await using server = await openServer(directory, flags.server);
    process.stdout.write(`Node ${process.version}, PostgreSQL ${server.version}, medians of interleaved rounds\n\n`);
    const races: Race[] = [];
    for (const [plugins, revisions] of sizes) {
      const workload = makeWorkload(plugins, revisions);
      const done = await race({ workload, server, kernel, floor, directory, rounds });
      process.stdout.write(`${explain(done)}\n`);
      races.push(done);
    }
    if (flags.json !== undefined) {
      const result = { node: process.version, postgres: server.version, races };
      writeFileSync(flags.json, `${JSON.stringify(result, null, 2)}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sizeOf(text: string): readonly [number, number] {
  const [plugins, revisions] = text.split('x').map(count);
  if (plugins === undefined || revisions === undefined)
    throw new Error(`${text} is not a size; expected something like 10x10`);
  return [plugins, revisions];
}

function count(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error(`${text} is not a number from 1 to 999`);
  return Number(text);
}

function explain({ workload, revisions, phases, boots }: Race): string {
  const lines = phases.map((phase) => {
    const { floor, kernel } = phase.seconds;
    const memory = phase.peakBytes;
    return [
      phase.phase.padEnd(8),
      ...[median(floor), median(kernel)].map((value) => `${value.toFixed(3)} s`.padStart(10)),
      `${ratioOf(phase).toFixed(2)} x`.padStart(9),
      ...[memory.floor, memory.kernel].map((value) => `${Math.round(value / 2 ** 20)} MB`.padStart(10)),
      `${(memory.kernel / memory.floor).toFixed(2)} x`.padStart(9),
    ].join('');
  });
  const [first, second] = [median(boots.first), median(boots.second)];
  return [
    `${workload}: ${revisions} revisions`,
    `${' '.repeat(8)}     floor    kernel    ratio  peak mem.    kernel    ratio`,
    ...lines,
    `boot      first ${first.toFixed(3)} s, second ${second.toFixed(3)} s (${(second / first).toFixed(2)} x)`,
    '',
  ].join('\n');
}
