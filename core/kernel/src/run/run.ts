import type { UpgradeSettings } from '../config/config.ts';
import type { Session } from '../db/session.ts';
import type { RunnableStep } from './batches.ts';

/** Follows a run. Called between two messages of the protocol, so it must not throw. */
export interface Observer {
  /** A revision's statements begin. `position` counts from 1. In a large batch only about ten a second are reported. */
  readonly begins?: (step: RunnableStep, position: number, total: number) => void;
  /** The run waits: for the migration lock, for table locks, for the server. */
  readonly waits?: (why: 'migration lock' | 'table locks' | 'connection', step: RunnableStep | null) => void;
}

/** The constants of one run. */
export interface Run {
  /** A UUID, written with every row. */
  readonly id: string;
  readonly session: Session;
  readonly settings: UpgradeSettings;
  readonly observer: Observer;
}

/** A step that a run committed. */
export interface AppliedStep {
  readonly id: string;
  readonly direction: 'up' | 'down';
}

/** Called for each step of a batch as it begins. */
export type OnBegin = (step: RunnableStep) => void;
