import type { Session } from '@headwater/kernel/internal/database';
import type { WatchStep, WrittenRows } from '@headwater/kernel/internal/migrations';
import { sampleLocks, type LockSamples, type SeenLock } from './lock-samples.ts';
import { readFiles, readLocks, type RelationFile } from './relations.ts';

/** What was seen of a step that has begun. */
export interface SeenStep {
  readonly revision: string;
  readonly inTransaction: boolean;
  readonly began: number;
  /** When its text had run; `null` if it failed. */
  ran: number | null;
  /** When its locks were last read, by the clock of `performance.now`. */
  seenAt: number | null;
  /** `null` while they are being sampled, and if they could not be read. */
  locks: readonly SeenLock[] | null;
  rows: readonly WrittenRows[] | null;
  /** The relations whose files it has replaced, before and after. */
  rewrites: readonly (readonly [RelationFile, RelationFile])[];
}

/** Why nothing more could be seen. */
export interface Failure {
  /** The first step of which something is missing. */
  readonly revision: string;
  readonly cause: unknown;
}

/** Watches the steps of a run over a second connection. */
export interface StepWatch {
  readonly watch: WatchStep;
  /** Ends the observation after the run. Returns the steps that have begun, and why something is missing; `null` if nothing is. */
  readonly end: () => Promise<{ readonly steps: readonly SeenStep[]; readonly failure: Failure | null }>;
}

/**
 * Opens the watch. `second` is a connection to the same server. What it fails to see is missing in the result and does not
 * disturb the run.
 */
export function openStepWatch(second: Session): StepWatch {
  const steps = new Map<string, SeenStep>();
  let failure: Failure | null = null;
  let files: ReadonlyMap<string, RelationFile> = new Map();
  let current: { readonly step: SeenStep; readonly samples: LockSamples } | null = null;
  let last: SeenStep | null = null;

  /** Returns `null` after the first failure: the connection may be broken. */
  const attempt = async <T>(revision: string, look: () => Promise<T>): Promise<T | null> => {
    if (failure !== null) return null;
    try {
      return await look();
    } catch (cause) {
      failure = { revision, cause };
      return null;
    }
  };
  const endSamples = async (): Promise<void> => {
    if (current === null) return;
    const { step, samples } = current;
    current = null;
    const ended = await attempt(step.revision, samples.end);
    step.locks = ended?.locks ?? null;
    step.seenAt = ended?.at ?? null;
  };
  /** Called between two steps, when no transaction holds a lock. */
  const readRewrites = async (next: string): Promise<void> => {
    const now = await attempt(last?.revision ?? next, () => readFiles(second));
    if (now === null) return;
    if (last !== null) {
      last.rewrites = Array.from(files.values()).flatMap((before) => {
        const after = now.get(before.oid);
        return after === undefined || after.file === before.file ? [] : [[before, after] as const];
      });
    }
    files = now;
  };
  const watch: WatchStep = async ({ id }, { pid, inTransaction }) => {
    // An attempt that did not get its table locks was rolled back, and is repeated.
    await endSamples();
    await readRewrites(id);
    const samples = await attempt(id, () => sampleLocks(() => readLocks(second, pid)));
    const step: SeenStep = {
      revision: id,
      inTransaction,
      began: performance.now(),
      ran: null,
      seenAt: null,
      locks: null,
      rows: null,
      rewrites: [],
    };
    steps.set(id, step);
    last = step;
    if (samples !== null) current = { step, samples };
    return {
      async ran() {
        step.ran = performance.now();
        await endSamples();
      },
      wrote(rows) {
        step.rows = rows;
      },
    };
  };
  return {
    watch,
    async end() {
      await endSamples();
      if (last !== null) await readRewrites(last.revision);
      return { steps: [...steps.values()], failure };
    },
  };
}
