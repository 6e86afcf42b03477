import { basename, join } from 'node:path';
import { faultCatalog } from './fault-catalog.ts';
import { findings } from './findings.ts';
import { nameOf, piecesOf } from './pieces.ts';
import type { PromiseTest } from './promise-tests.ts';
import { promises } from './promises.ts';
import { mostRuns, sabotages } from './sabotage.ts';
import { megabytes, type SoakResult } from './soak.ts';

const root = join(import.meta.dirname, '../..');

/** The last run of a part of the tests of faults that found no anomaly. */
export interface Recorded {
  readonly trials: number;
  /** The tier that ran. */
  readonly tier: string;
  /** The date of the run: `2026-11-29`. */
  readonly date: string;
  /** The machine, and the versions of Node and PostgreSQL. */
  readonly on: string;
}

/** The content of `test/faults/recorded.json`, by the names of the parts: see {@link nameOf}. */
export type Record = Readonly<{ [name: string]: Recorded }>;

/** The last soak that found no anomaly: the content of `test/faults/recorded-soak.json`. */
export interface RecordedSoak extends Pick<SoakResult, 'counts' | 'early' | 'late'> {
  readonly minutes: number;
  readonly date: string;
  readonly on: string;
}

/** Returns the text of `docs/promises.md`. */
export function promisesPage(parts: Record, soak: RecordedSoak): string {
  const allPieces = piecesOf(root, []);
  const rowOf = ({ file, name }: PromiseTest): string => {
    const pieces = allPieces.filter((piece) => piece.file === file);
    const recorded = pieces.flatMap((piece) => parts[nameOf(piece)] ?? []);
    const trials = recorded.reduce((sum, part) => sum + part.trials, 0);
    const tiers = [...new Set(recorded.map(({ tier }) => tier))].join(', ');
    const dates = [...new Set(recorded.map(({ date }) => date))].toSorted();
    const share = recorded.length === pieces.length ? '' : `, ${recorded.length} of ${pieces.length} parts`;
    const counts =
      trials === 0 ? 'each run | |' : `${trials} (${tiers}${share}, ${dates.join(', ')}) | ${upperBound(trials)} |`;
    return `| ${linkTo({ file, name })} | ${counts}`;
  };
  const sections = promises.map(({ title, tests }, i) =>
    [`## ${i + 1}. ${title}`, '', '| test | trials | upper bound |', '| --- | --- | --- |', ...tests.map(rowOf)].join(
      '\n',
    ),
  );
  return [
    '# Promises',
    '',
    'Each promise names the tests that can break it. A trial injects a fault into real processes and databases, and then',
    'checks every oracle: each effect happened once, nothing is partial, nothing is left on the server, the answer was true,',
    'and the next run converges. The upper bound is the rate of anomalies that N trials without one exclude with 95 %',
    'confidence: 3/N. A test without trials runs the same cases each time.',
    '',
    '- `npm run faults` injects a sample of the faults. `npm run faults -- --tier long` injects a fault at every message on',
    '  the wire, and takes an hour or two. `--results FILE` lets it continue where it was stopped. `--tier endless` takes new',
    '  samples until it is stopped.',
    '- `npm run faults -- --soak 30` runs the site for 30 minutes with boots, faults and requests. It passes if memory, file',
    '  descriptors and connections are flat.',
    '- A failure prints `FAULT=…` or `SEED=…`. With this variable, `npm run faults` repeats it.',
    '- `npm run faults -- --tier long --record` writes the trials of each part into this page as soon as it has passed. With',
    '  `--unrecorded` it runs the parts that are not on it yet.',
    '',
    'Recorded on:',
    '',
    ...new Set([...Object.values(parts), soak].map(({ on }) => `- ${on}`)),
    '',
    ...sections.flatMap((section) => [section, '']),
    '## The faults',
    '',
    'All faults that the tests inject. Most of them are injected into an upgrade, a downgrade, a stamp, an uninstallation',
    'and an upgrade across a squash, and F-03 and F-10 also into an adoption.',
    '',
    '| | fault | what is left | tests |',
    '| --- | --- | --- | --- |',
    ...faultCatalog.map(({ id, fault, expected, tests }) => `| ${id} | ${fault} | ${expected} | ${linksTo(tests)} |`),
    '',
    '## The sabotages',
    '',
    `Bugs that are put into the packed kernel on purpose. In at most ${mostRuns} runs, each with another seed, the same tests must`,
    'find them. The long tier tries all, and `npm run test:full` two of them.',
    '',
    '| bug | found by |',
    '| --- | --- |',
    ...sabotages.map(({ name, foundBy }) => `| ${name} | [${foundBy}](../test/faults/${foundBy}.test.ts) |`),
    '',
    'What the same faults do to bare Umzug and Alembic: [bench](../bench/README.md#under-faults), `npm run bench:faults`.',
    '',
    '## The soak',
    '',
    ...soakLines(soak),
    '',
    '## What the tests found',
    '',
    'Bugs of the kernel that injected faults have found, each with a test of it.',
    '',
    '| bug | test | fixed in |',
    '| --- | --- | --- |',
    ...findings.map(({ bug, test, fixed }) => `| ${bug} | ${linkTo(test)} | [${basename(fixed)}](../${fixed}) |`),
    '',
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** Returns a link to the file of a test, with its name. */
function linkTo({ file, name }: PromiseTest): string {
  return `[${name.replaceAll('|', '\\|')}](../${file})`;
}

/** Returns links to the files of tests, with the names of the files. */
function linksTo(tests: readonly PromiseTest[]): string {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files.map((file) => `[${basename(file, '.test.ts')}](../${file})`).join(', ');
}

function soakLines({ minutes, date, counts, early, late }: RecordedSoak): readonly string[] {
  const { requests, refused, boots, kills, downgrades, terminated } = counts;
  return [
    `On ${date} the site ran for ${minutes} minutes. Meanwhile ${terminated} of its server processes were terminated. It received`,
    `${requests} requests, of which ${refused} failed, though never two in a row. Beside it, ${boots} boots succeeded, ${kills} were`,
    `killed, and there were ${downgrades} downgrades.`,
    '',
    '| | after the warm-up | at the end |',
    '| --- | --- | --- |',
    `| memory | ${megabytes(early.memory)} | ${megabytes(late.memory)} |`,
    `| file descriptors | ${early.descriptors} | ${late.descriptors} |`,
    `| connections | ${early.connections} | ${late.connections} |`,
  ];
}

/** Returns the rate of anomalies that a number of trials without one excludes with 95 % confidence: the rule of three. */
export function upperBound(trials: number): string {
  return `${Number(Math.min(100, 300 / trials).toPrecision(2))} %`;
}
