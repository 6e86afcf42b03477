import { contributionPoint, type Get } from '@headwater/kernel/plugin';

/** An object among the seed data. */
export interface SeededObject {
  readonly id: number;
  readonly author: number;
  readonly createdAt: Date;
}

/** The data so far, and the tools to add more. Two runs with the same data add the same. */
export interface SeedContext {
  /** Resolves the services that plugins export. */
  readonly get: Get;
  /** Ids of users. */
  readonly users: readonly number[];
  /** The objects so far. A seed that creates objects appends them. */
  readonly objects: SeededObject[];
  /** Returns a number from 0 to 1, excluding 1. */
  readonly random: () => number;
  /** Returns one of the values. */
  readonly pick: <Value>(values: readonly Value[]) => Value;
  /** Returns a few sentences. */
  readonly text: () => string;
}

/** A plugin's part of the data of an example community. */
export interface Seed {
  /** Adds the data in the current transaction. Returns its summary: `5,000 comments`. */
  readonly add: (context: SeedContext) => Promise<string>;
}

/** The contribution point for seeds. They run in plugin order. */
export const Seeds = contributionPoint<Seed>('core.seeds');
