import type { UpgradeSettings } from '../config/config.ts';
import type { Revision } from '../plugin/revision.ts';
import type { RunnableStep } from './batches.ts';
import type { RowToWrite } from './envelope.ts';
import type { Session } from '../db/session.ts';

/** Told what happens while a plan is applied. Called between two messages of the protocol: it must not throw. */
export interface Observer {
  /** A revision's statements begin. `position` counts from 1. In a chunk not all are told of: about ten a second. */
  readonly begins?: (step: RunnableStep, position: number, total: number) => void;
  /** We wait: for the migration lock, for table locks, for the server. */
  readonly waits?: (why: 'migration lock' | 'table locks' | 'connection', step: RunnableStep | null) => void;
}

/** What stays the same while one plan is applied. */
export interface Run {
  readonly id: string;
  readonly session: Session;
  readonly settings: UpgradeSettings;
  readonly observer: Observer;
  /** The npm package and version that a plugin's revisions come from. */
  readonly packageOf: (plugin: string) => { readonly package: string; readonly version: string };
}

/** What a batch came to. Which steps are not named was already so, through another process. */
export interface BatchOutcome {
  readonly done: readonly string[];
}

/** Called for each step of a batch as it begins. */
export type OnBegin = (step: RunnableStep) => void;

/** The row that the ledger will hold of a revision. */
export function rowOf(run: Run, revision: Revision, attempt: string): RowToWrite {
  const { package: name, version } = run.packageOf(revision.plugin);
  return {
    plugin: revision.plugin,
    slug: revision.slug,
    revises: revision.revises,
    depends_on: revision.dependsOn,
    replaces: revision.replaces,
    raw: revision.raw,
    breaking: revision.breaking,
    up: revision.up.kind === 'sql' ? revision.up.text : null,
    down: revision.down?.kind === 'sql' ? revision.down.text : null,
    package: name,
    package_version: version,
    run_id: run.id,
    attempt_id: attempt,
  };
}
