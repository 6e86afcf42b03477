import { describe, expect, it } from 'vitest';
import { colorsIf, withoutColors } from '../../../kernel/src/cli/colors.ts';
import type { HeldLock, Rehearsal } from '../../../kernel/src/open/rehearsals.ts';
import { explainRehearsal } from '../../src/commands/rehearsal-report.ts';
import { blockedBy, worstLocks } from '../../src/rehearsal/lock-strength.ts';

const lock = (table: string, mode: HeldLock['mode'], atMostMs: number, name = table): HeldLock => ({
  kind: name === table ? 'table' : 'index',
  name,
  table,
  plugin: 'core',
  mode,
  blocks: blockedBy(mode),
  atMostMs,
});

const steps: Rehearsal['steps'] = [
  {
    revision: 'likes@0003_count_likes_on_object',
    outcome: 'committed',
    complete: true,
    milliseconds: 1234.5,
    locks: [lock('core_object', 'AccessExclusiveLock', 1230.1), lock('core_user', 'AccessShareLock', 3)],
    rewrites: [
      {
        kind: 'table',
        name: 'core_object',
        table: 'core_object',
        plugin: 'core',
        outcome: 'rewritten',
        bytesBefore: 12_900_000,
        bytesAfter: 14_680_064,
      },
      {
        kind: 'index',
        name: 'core_object_pkey',
        table: 'core_object',
        plugin: 'core',
        outcome: 'rewritten',
        bytesBefore: 8192,
        bytesAfter: 8192,
      },
    ],
    rows: [{ table: 'likes_like', inserted: 12_000, updated: 0, deleted: 3 }],
  },
  {
    revision: 'likes@0004_index',
    outcome: 'failed',
    complete: false,
    milliseconds: 80,
    locks: [
      lock('core_user', 'ExclusiveLock', 4, 'core_user_name'),
      lock('core_user', 'ShareLock', 5),
      lock('core_object', 'ShareUpdateExclusiveLock', 70),
    ],
    rewrites: [],
    rows: null,
  },
];

const rehearsal: Rehearsal = {
  format: 1,
  database: 'postgres://db.example.com/shop_copy',
  serverVersion: '18.4',
  kernelVersion: '1.0.0',
  startedAt: '2026-11-30T07:00:00.000Z',
  runId: '7c0e4f0a-0000-4000-8000-000000000000',
  steps,
  worst: worstLocks(steps),
  notRun: ['likes@0005_more'],
  error: { code: 'MIGRATION_FAILED', message: '', hint: '' },
};

const report = `Rehearsed on postgres://db.example.com/shop_copy, PostgreSQL 18.4.

+ likes@0003_count_likes_on_object  1.2 s
    lock     ACCESS EXCLUSIVE on core_object (core), at most 1.2 s
    rewrite  core_object: 12 MB to 14 MB
    rewrite  index core_object_pkey: 8.0 kB to 8.0 kB
    rows     likes_like: 12000 inserted, 3 deleted

failed: likes@0004_index  80 ms
    lock  EXCLUSIVE on core_user_name of core_user (core), at most 4 ms
    lock  SHARE UPDATE EXCLUSIVE on core_object (core), at most 70 ms
    note  locks were sampled, so that short ones may be missing

Strongest lock of each table:
  table        of    lock              blocks            at most
  core_object  core  ACCESS EXCLUSIVE  reads and writes  1.2 s
  core_user    core  EXCLUSIVE         writes            4 ms

Not reached: likes@0005_more
1 revision applied to the copy. Rehearse again on a new one.
Times on a copy are no promise: other hardware, no load, and nobody waits.`;

describe('the report of a rehearsal', () => {
  it('shows the strongest lock of each table, with colors and without, in 80 columns', () => {
    expect(explainRehearsal(rehearsal, colorsIf(false))).toBe(report);
    const colored = explainRehearsal(rehearsal, colorsIf(true));
    expect(colored).not.toBe(report);
    expect(withoutColors(colored)).toBe(report);
    expect(report.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('prefers the stronger lock to the longer one, and of two equal ones the longer', () => {
    const step = (revision: string, ...locks: readonly HeldLock[]) => ({ revision, locks });
    const found = worstLocks([
      step('a', lock('t', 'ShareLock', 900), lock('u', 'AccessShareLock', 1)),
      step('b', lock('t', 'AccessExclusiveLock', 5)),
      step('c', lock('t', 'AccessExclusiveLock', 7)),
      { revision: 'd', locks: null },
    ]);
    expect(found.map(({ table, revision }) => [table, revision])).toEqual([
      ['t', 'c'],
      ['u', 'a'],
    ]);
  });
});
