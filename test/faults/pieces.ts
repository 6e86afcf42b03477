import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bootBatches } from './boot-batches.ts';
import { wireSites } from './wire-sites.ts';

/** A part of the tests of faults that runs in a Vitest of its own, so that a long run can be continued after a stop. */
export interface Piece {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** A part of the names of its tests. Default: all tests of the file. */
  readonly tests?: string;
}

/** Files with trials besides those in `test/faults`. */
const others = ['core/kernel/test/run/lost-connection.test.ts'];

/** The tests of the files that take longest, in parts. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'wire.test.ts': wireSites.map(({ name }) => name),
  'model.test.ts': ['postgres', 'pglite'],
  'faulty-boots.test.ts': bootBatches.map(({ name }) => name),
};

/** Returns all pieces whose name contains one of `filters`, or all if there are none. */
export function piecesOf(root: string, filters: readonly string[]): readonly Piece[] {
  const own = globSync('test/faults/*.test.ts', { cwd: root }).toSorted();
  return [...own, ...others]
    .map((file) => file.replaceAll('\\', '/'))
    .flatMap((file): readonly Piece[] => parts[basename(file)]?.map((tests) => ({ file, tests })) ?? [{ file }])
    .filter((piece) => filters.length === 0 || filters.some((filter) => nameOf(piece).includes(filter)));
}

/** Returns the name of a piece, as the file of results has it. */
export function nameOf({ file, tests }: Piece): string {
  return tests === undefined ? file : join(file, tests);
}
