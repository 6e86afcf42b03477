import type { Config } from '../config/config.ts';
import { neededBy, type StartedPlugin } from './lifecycle.ts';
import type { MigrationResult } from '../migrate/migrate.ts';

/** A part of a boot, in the order in which they come. */
export type BootStage = 'load' | 'bind' | 'connect' | 'upgrade' | 'open' | 'start';

/** What a boot did, as data. Times in milliseconds. */
export interface BootReport {
  readonly database: string;
  readonly stages: readonly { readonly stage: BootStage; readonly milliseconds: number }[];
  /** In the order in which they were ready. */
  readonly plugins: readonly StartReport[];
  /**
   * The plugins that decided how long the stage `start` took: each waited for the one before it, and the last was ready
   * last. The others started beside them.
   */
  readonly chain: readonly string[];
  /** Ids, in the order in which this process applied them. */
  readonly applied: readonly string[];
  readonly dormant: readonly string[];
  readonly ahead: readonly string[];
}

/** How long one plugin took. */
export interface StartReport {
  readonly name: string;
  readonly version: string;
  /** For its import, with all that it is the first to import; a part of the stage `load`. */
  readonly imported: number;
  /** When its start began, from the beginning of the stage. */
  readonly began: number;
  /** For its start. */
  readonly milliseconds: number;
}

/** Puts a boot's report together. */
export function reportOf(
  config: Config,
  stages: BootReport['stages'],
  started: readonly StartedPlugin[],
  { applied, dormant, ahead }: Pick<MigrationResult, 'applied' | 'dormant' | 'ahead'>,
): BootReport {
  return Object.freeze({
    database: config.database.shown,
    stages,
    plugins: started.map(({ plugin: { name, version }, imported = 0, began, ended }) => {
      return { name, version, imported, began, milliseconds: ended - began };
    }),
    chain: chainOf(started),
    applied: applied.map(({ id }) => id),
    dormant: dormant.map(({ id }) => id),
    ahead: ahead.map(({ id }) => id),
  });
}

/** From what was ready last back to what nothing was before: each time the one that was waited for longest. */
export function chainOf(started: readonly StartedPlugin[]): readonly string[] {
  const chain: string[] = [];
  for (let at = latest(started); at !== null;) {
    chain.unshift(at.plugin.name);
    const needed = new Set(neededBy(at, started));
    at = latest(started.filter(({ plugin }) => needed.has(plugin.name)));
  }
  return chain;
}

function latest(started: readonly StartedPlugin[]): StartedPlugin | null {
  return started.reduce<StartedPlugin | null>(
    (last, one) => (last === null || one.ended > last.ended ? one : last),
    null,
  );
}

/** Measures the stages of a boot. */
export interface Stopwatch {
  readonly list: BootReport['stages'];
  readonly end: (stage: BootStage) => void;
}

/** A stopwatch that runs. */
export function stopwatch(): Stopwatch {
  const list: { stage: BootStage; milliseconds: number }[] = [];
  let began = performance.now();
  return {
    list,
    end(stage) {
      const now = performance.now();
      list.push({ stage, milliseconds: now - began });
      began = now;
    },
  };
}
