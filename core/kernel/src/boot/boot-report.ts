import type { Config } from '../config/config.ts';
import { requiredBy, type StartedPlugin } from './lifecycle.ts';
import type { MigrationResult } from '../migrate/migrate.ts';

/** The stages of a boot, in order. */
export type BootStage = 'load' | 'bind' | 'connect' | 'upgrade' | 'open' | 'start';

/**
 * The report of a boot, in {@link App.report}. All times are in milliseconds.
 *
 * @example
 * const { report } = await boot();
 * console.log(report.applied); // ['core@0001_create_objects', 'likes@0001_create_like']
 */
export interface BootReport {
  /** The database, without secrets: `db.example.com:5432/shop`. */
  readonly database: string;
  /** The duration of each stage, in order. */
  readonly stages: readonly { readonly stage: BootStage; readonly milliseconds: number }[];
  /** The plugins, in the order in which they became ready. */
  readonly plugins: readonly StartReport[];
  /**
   * The critical path of the stage `start`, which determined its duration: each of these plugins waited for the one
   * before it, and the last was the last of all plugins to become ready. All others started concurrently.
   */
  readonly chain: readonly string[];
  /** The ids of the revisions that this process applied, in order. */
  readonly applied: readonly string[];
  /** The ids of applied revisions whose plugins are not active. */
  readonly dormant: readonly string[];
  /** The ids of applied revisions that the installed code of their active plugins lacks. None of them is breaking. */
  readonly ahead: readonly string[];
}

/**
 * One plugin in a {@link BootReport}. All times are in milliseconds.
 *
 * @example
 * const slowest = report.plugins.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
 */
export interface StartReport {
  readonly name: string;
  readonly version: string;
  /**
   * The duration of its import, which is part of the stage `load`. Modules shared by several plugins count only for the
   * plugin that imports them first.
   */
  readonly imported: number;
  /** The time at which it began to start, measured from the beginning of the stage `start`. */
  readonly began: number;
  /** The duration of its `start`. */
  readonly milliseconds: number;
}

/** Creates the report of a boot. */
export function createReport(
  config: Config,
  stages: BootReport['stages'],
  started: readonly StartedPlugin[],
  { applied, dormant, ahead }: Pick<MigrationResult, 'applied' | 'dormant' | 'ahead'>,
): BootReport {
  return Object.freeze({
    database: config.database.shown,
    stages,
    plugins: started.map(({ plugin: { name, version }, importTime = 0, began, ended }) => {
      return { name, version, imported: importTime, began, milliseconds: ended - began };
    }),
    chain: criticalPath(started),
    applied: applied.map(({ id }) => id),
    dormant: dormant.map(({ id }) => id),
    ahead: ahead.map(({ id }) => id),
  });
}

/**
 * Returns the critical path of startup. It is traced backward from the plugin that became ready last. Each plugin is
 * preceded by the one of its requirements that became ready last.
 */
export function criticalPath(started: readonly StartedPlugin[]): readonly string[] {
  const chain: string[] = [];
  for (let at = latest(started); at !== null;) {
    chain.unshift(at.plugin.name);
    const needed = new Set(requiredBy(at, started));
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
  /** The stages that have ended. */
  readonly list: BootReport['stages'];
  /** Ends a stage and begins the next one. */
  readonly end: (stage: BootStage) => void;
}

/** Starts a stopwatch. `onEnd` is called at the end of each stage. The first stage began at `start`; default: now. */
export function startStopwatch(
  onEnd?: (stage: BootStage, milliseconds: number) => void,
  start: number = performance.now(),
): Stopwatch {
  const list: { stage: BootStage; milliseconds: number }[] = [];
  let began = start;
  return {
    list,
    end(stage) {
      const now = performance.now();
      const milliseconds = now - began;
      list.push({ stage, milliseconds });
      began = now;
      onEnd?.(stage, milliseconds);
    },
  };
}
