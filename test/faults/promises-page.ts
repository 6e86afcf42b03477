import { join } from 'node:path';
import { nameOf, piecesOf } from './pieces.ts';
import { promises, type PromiseTest } from './promises.ts';

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

/**
 * Returns the text of `docs/promises.md`. After N trials without an anomaly, the rate of anomalies is below 3/N with 95 %
 * confidence: the rule of three.
 */
export function promisesPage(parts: Record): string {
  const allPieces = piecesOf(root, []);
  const rowOf = ({ file, name }: PromiseTest): string => {
    const pieces = allPieces.filter((piece) => piece.file === file);
    const recorded = pieces.flatMap((piece) => parts[nameOf(piece)] ?? []);
    const trials = recorded.reduce((sum, part) => sum + part.trials, 0);
    const tiers = [...new Set(recorded.map(({ tier }) => tier))].join(', ');
    const dates = [...new Set(recorded.map(({ date }) => date))].toSorted();
    const share = recorded.length === pieces.length ? '' : `, ${recorded.length} of ${pieces.length} parts`;
    const counts =
      trials === 0 ? 'each run | |' : `${trials} (${tiers}${share}, ${dates.join(', ')}) | ${bound(trials)} |`;
    return `| [${name.replaceAll('|', '\\|')}](../${file}) | ${counts}`;
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
    ...new Set(Object.values(parts).map(({ on }) => `- ${on}`)),
    '',
    ...sections.flatMap((section) => [section, '']),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function bound(trials: number): string {
  return `${((3 / trials) * 100).toPrecision(2)} %`;
}
