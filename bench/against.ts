// `npm run bench:against -- CLONE` compares this kernel with the kernel of another clone, for example of an earlier
// commit, on the same workload and server. See README.md.
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { manifestPath, manifestText, sumOf, type Manifest } from '../core/kernel/src/plugin/manifest.ts';
import { commandOf, installKernel } from './installed-kernel.ts';
import { median, seconds, type Command } from './measure.ts';
import { openServer, type Server } from './server.ts';
import { makeWorkload, type Workload } from './workload.ts';
import { writePlugins } from './write-plugins.ts';

const help = `Usage: npm run bench:against -- [options] CLONE

CLONE is a folder with another commit of this repository, in which \`npm ci\` has run.

  --sizes 50x20   plugins x revisions of each, separated by commas
  --fresh 5       rounds on an empty database
  --one 5         rounds with one revision pending
  --noop 21       rounds with nothing pending
`;

/** A kernel and its applications. */
interface Contestant {
  readonly name: 'before' | 'after' | 'unproven';
  readonly kernel: string;
  readonly base: string;
  /** The same application with one more revision. */
  readonly plus1: string;
}

const { values: flags, positionals } = parseArgs({
  options: {
    sizes: { type: 'string', default: '50x20' },
    fresh: { type: 'string', default: '5' },
    one: { type: 'string', default: '5' },
    noop: { type: 'string', default: '21' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const [clone] = positionals;
if (flags.help || clone === undefined) process.stdout.write(help);
else await main(resolve(clone));

async function main(other: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-against-'));
  try {
    const { installKernel: installOther } = (await import(join(other, 'bench/installed-kernel.ts'))) as {
      readonly installKernel: typeof installKernel;
    };
    const kernels = {
      before: installOther(join(directory, 'before')),
      after: installKernel(join(directory, 'after')),
    };
    await using server = await openServer(directory, undefined);
    process.stdout.write(`Node ${process.version}, PostgreSQL ${server.version}, medians of interleaved rounds\n`);
    for (const size of flags.sizes.split(',')) {
      const [plugins = NaN, revisions = NaN] = size.split('x').map(Number);
      await compare(makeWorkload(plugins, revisions), { directory, kernels, server });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Setting {
  readonly directory: string;
  readonly kernels: { readonly before: string; readonly after: string };
  readonly server: Server;
}

async function compare(workload: Workload, { directory, kernels, server }: Setting): Promise<void> {
  const contestants: Contestant[] = [];
  for (const name of ['before', 'after'] as const) {
    const application = join(directory, name, workload.name);
    const contestant = { name, kernel: kernels[name], base: `${application}-base`, plus1: `${application}-plus1` };
    for (const state of ['base', 'plus1'] as const) {
      await writePlugins({ workload, directory: contestant[state], state, kernel: contestant.kernel });
    }
    contestants.push(contestant);
  }
  contestants.push(withoutProofs(contestants[1] as Contestant));
  const run = async ({ name, kernel }: Contestant, application: string): Promise<number> => {
    const env = { PATH: process.env['PATH'] ?? '', PGSSLMODE: 'disable', DATABASE_URL: server.urlOf(name) };
    const command: Command = { script: commandOf(kernel), args: ['migrate:up'], env };
    return seconds(command, application);
  };
  const measure = async (
    phase: string,
    rounds: number,
    state: 'base' | 'plus1',
    prepare: (contestant: Contestant) => Promise<unknown>,
  ): Promise<void> => {
    const took = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
    // The first round fills the caches of compiled code.
    for (let round = 0; round <= rounds; round += 1) {
      const turn = round % contestants.length;
      for (const contestant of [...contestants.slice(turn), ...contestants.slice(0, turn)]) {
        await prepare(contestant);
        const time = await run(contestant, contestant[state]);
        if (round > 0) took.get(contestant.name)?.push(time);
      }
    }
    const before = median(took.get('before') ?? []);
    const cells = Array.from(took, ([name, times]) => {
      const time = median(times);
      return `${name} ${(time * 1000).toFixed(0)} ms (${(time / before).toFixed(2)})`;
    });
    process.stdout.write(`${workload.name} ${phase}: ${cells.join(', ')}\n`);
  };
  await measure('fresh', Number(flags.fresh), 'base', ({ name }) => server.create(name));
  await measure('no-op', Number(flags.noop), 'base', async () => {});
  await measure('one pending', Number(flags.one), 'plus1', async (contestant) => {
    await server.create(contestant.name);
    await run(contestant, contestant.base);
  });
}

/** Copies the applications and removes what `plugin:build` has proven, as if only running the revisions could show it. */
function withoutProofs({ kernel, base, plus1 }: Contestant): Contestant {
  const unproven = { name: 'unproven', kernel, base: `${base}-unproven`, plus1: `${plus1}-unproven` } as const;
  cpSync(base, unproven.base, { recursive: true });
  cpSync(plus1, unproven.plus1, { recursive: true });
  for (const application of [unproven.base, unproven.plus1]) {
    for (const file of globSync(join(application, 'node_modules/*', manifestPath))) {
      const parsed = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
        key === 'effects' ? undefined : value,
      ) as Manifest;
      writeFileSync(file, manifestText({ ...parsed, sum: sumOf(parsed.revisions) }));
    }
  }
  return unproven;
}
