import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WrittenRows } from '../run/watch-step.ts';

/** The folder of a project in which `migrate:rehearse` records rehearsals, unless it is told otherwise. */
export const rehearsalFolder = '.headwater/rehearsals';

/** The format of the files in the folder of rehearsals. */
export const rehearsalFormat = 1;

/** The modes of table locks, from the weakest to the strongest, as in `pg_locks`. */
export const lockModes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

/** The mode of a lock on a table or an index, as `pg_locks` names it. */
export type LockMode = (typeof lockModes)[number];

/** A table, an index, a view or a sequence that existed before the step. */
export interface RehearsedRelation {
  readonly kind: 'table' | 'index' | 'view' | 'sequence';
  readonly name: string;
  /** The table itself, or that of an index. */
  readonly table: string;
  /** The plugin that owns the table, according to the ledger; `null` if none does. */
  readonly plugin: string | null;
}

/** A lock that a step held, seen from another connection. */
export interface HeldLock extends RehearsedRelation {
  readonly mode: LockMode;
  /** The statements of others that wait for its end; `null` if only schema changes and maintenance do, or nothing. */
  readonly blocks: 'reads and writes' | 'writes' | null;
  /** The longest time for which it can have been held, in milliseconds. */
  readonly atMostMs: number;
}

/** A table or an index with a new file. */
export interface Rewrite extends RehearsedRelation {
  /** `emptied`: the new file is empty, after TRUNCATE or the rewrite of a table without rows. */
  readonly outcome: 'rewritten' | 'emptied';
  /** Its size, with the TOAST of a table. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A step of a {@link Rehearsal} that has begun. */
export interface RehearsedStep {
  readonly revision: string;
  readonly outcome: 'committed' | 'failed';
  /**
   * Whether its locks were read while its transaction was open, which shows all that it still held. Otherwise they were
   * only sampled, and locks between two samples are missing.
   */
  readonly complete: boolean;
  /** The time that its SQL or code took, in milliseconds, without the commit. */
  readonly milliseconds: number;
  /** `null` if they could not be read. */
  readonly locks: readonly HeldLock[] | null;
  readonly rewrites: readonly Rewrite[];
  /** `null` for a step that failed or ran outside a transaction, whose rows are not counted. */
  readonly rows: readonly WrittenRows[] | null;
}

/** The strongest lock on one table in a whole rehearsal. */
export interface WorstLock extends Pick<HeldLock, 'table' | 'plugin' | 'mode' | 'blocks' | 'atMostMs'> {
  readonly revision: string;
}

/** The upgrade of a copy of the database, with everything that was seen of it. */
export interface Rehearsal {
  readonly format: typeof rehearsalFormat;
  /** The copy, without secrets. */
  readonly database: string;
  /** `PostgreSQL 18.4` has the version `18.4`. */
  readonly serverVersion: string;
  readonly kernelVersion: string;
  /** In ISO format. */
  readonly startedAt: string;
  /** The run, as in the ledger of the copy. */
  readonly runId: string;
  /** In order, up to the one that failed. */
  readonly steps: readonly RehearsedStep[];
  /** By table, the strongest first. */
  readonly worst: readonly WorstLock[];
  /** The revisions that the rehearsal did not reach. */
  readonly notRun: readonly string[];
  /** The error that ended it; `null` if everything was applied. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** A file in `.headwater/rehearsals`. */
export interface RecordedRehearsal {
  /** The name of the file without `.json`. */
  readonly name: string;
  /** `null` if the file cannot be read as a rehearsal of this format. */
  readonly rehearsal: Rehearsal | null;
}

/** Reads the rehearsals that are recorded in the project at `root`, newest first. */
export function readRehearsals(root: string): readonly RecordedRehearsal[] {
  const folder = join(root, rehearsalFolder);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  // Their names begin with the time.
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .toReversed()
    .map((file) => ({ name: file.slice(0, -'.json'.length), rehearsal: readFile(join(folder, file)) }));
}

function readFile(file: string): Rehearsal | null {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRehearsal(json) ? json : null;
  } catch {
    return null;
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => check(Reflect.get(value, name)));

const relation = {
  kind: oneOf('table', 'index', 'view', 'sequence'),
  name: isText,
  table: isText,
  plugin: orNull(isText),
};
const lock = { mode: oneOf(...lockModes), blocks: oneOf('reads and writes', 'writes', null), atMostMs: isNumber };
const step = record({
  revision: isText,
  outcome: oneOf('committed', 'failed'),
  complete: oneOf(true, false),
  milliseconds: isNumber,
  locks: orNull(listOf(record({ ...relation, ...lock }))),
  rewrites: listOf(
    record({ ...relation, outcome: oneOf('rewritten', 'emptied'), bytesBefore: isNumber, bytesAfter: isNumber }),
  ),
  rows: orNull(listOf(record({ table: isText, inserted: isNumber, updated: isNumber, deleted: isNumber }))),
});
const rehearsal = record({
  format: oneOf(rehearsalFormat),
  database: isText,
  serverVersion: isText,
  kernelVersion: isText,
  startedAt: isText,
  runId: isText,
  steps: listOf(step),
  worst: listOf(record({ table: isText, plugin: relation.plugin, ...lock, revision: isText })),
  notRun: listOf(isText),
  error: orNull(record({ code: isText, message: isText, hint: isText })),
});

function isRehearsal(value: unknown): value is Rehearsal {
  return rehearsal(value);
}
