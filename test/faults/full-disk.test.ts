import { describe, expect, it } from 'vitest';
import { queryAt } from '../helper/database.ts';
import { startPostgres15 } from '../helper/postgres-15.ts';
import { canMount, mountSkipReason, mountSmallDisk } from '../helper/small-disk.ts';
import { stateOf } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';
import { beginsApplied, operations, startOperator, type Operation } from './wire-operations.ts';

const kB = 1024;

/** How much room is left in each trial: from nothing to more than an operation needs, in steps of a page and a half. */
const rooms = Array.from({ length: 32 }, (_, i) => i * 12 * kB);

/** The codes that are true: while a query of the kernel ran, or the text of a revision, which a stamp does not run. */
const possibleCodes: Readonly<Record<Operation, readonly string[]>> = {
  up: ['DATABASE_QUERY_FAILED', 'MIGRATION_FAILED'],
  down: ['DATABASE_QUERY_FAILED', 'MIGRATION_FAILED'],
  stamp: ['DATABASE_QUERY_FAILED'],
  uninstall: ['DATABASE_QUERY_FAILED', 'MIGRATION_FAILED'],
  squash: ['DATABASE_QUERY_FAILED', 'MIGRATION_FAILED'],
};

describe.runIf(canMount)(`F-27: the disk is full${mountSkipReason}, SEED=${seed}`, () => {
  it.each(operations)(
    '%s: is rolled back, says so, and reaches its goal once there is room',
    async (operation) => {
      using operator = startOperator();
      using disk = mountSmallDisk(64 * kB * kB);
      const name = `disk_${operation}`;
      // A server of its own, since a server whose files cannot be written cannot write checkpoints either.
      await using server = await startPostgres15();
      const onServer = (text: string) => queryAt(server.url, text);
      await onServer(`create tablespace ${name} location '${disk.folder}'`);
      const url = server.url.replace(/postgres$/, name);
      const begin = async (): Promise<void> => {
        await onServer(`drop database if exists ${name} with (force)`);
        await onServer(`create database ${name} tablespace ${name} strategy file_copy`);
        if (beginsApplied(operation)) expect(await operator.perform('up', url)).toMatchObject({ error: null });
      };
      await begin();
      const before = await stateOf(url);
      expect(await operator.perform(operation, url)).toMatchObject({ error: null });
      const after = await stateOf(url);

      const outcomes = new Map<string, number>();
      for (const room of sampled(rooms, { quick: 3, full: 6 })) {
        await begin();
        disk.leave(room);
        const answer = await operator.perform(operation, url);
        disk.clear();
        const outcome = answer.error?.code ?? 'done';
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        const title = `${operation} with ${room} bytes: ${answer.error?.message ?? outcome}`;
        const found = await stateOf(url);
        if (answer.error?.written === 'Nothing was written.') expect(found.ledger, title).toEqual(before.ledger);
        if (answer.error === null) expect(found, title).toEqual(after);
        else {
          expect(possibleCodes[operation], title).toContain(outcome);
          expect(answer.error.message, title).toContain('SQLSTATE 53100');
        }
        expect(await operator.perform(operation, url), title).toMatchObject({ error: null });
        expect(await stateOf(url), title).toEqual(after);
      }
      console.info(`${operation}: ${JSON.stringify(Object.fromEntries(outcomes))}`);
      await onServer(`drop database ${name} with (force)`);
      await onServer(`drop tablespace ${name}`);
      countTrials([...outcomes.values()].reduce((sum, n) => sum + n, 0));
    },
    600_000,
  );
});
