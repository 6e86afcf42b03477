import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sectionsIn } from './golden-sections.ts';
import { constraintCases } from './constraint-cases.ts';
import { otherCases } from './other-cases.ts';
import { openRoundTripDatabase, type RoundTripDatabase } from './round-trip.ts';
import { tableCases } from './table-cases.ts';

/**
 * The SQL of every kind of change, up and down, in golden files. After an intended change, run
 * `UPDATE_GOLDEN=1 npx vitest run core/dev/test/difference` and review the diff.
 */
const groups = { tables: tableCases, constraints: constraintCases, others: otherCases } as const;
const update = process.env['UPDATE_GOLDEN'] === '1';

let database: RoundTripDatabase;
beforeAll(async () => {
  database = await openRoundTripDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describe.each(Object.entries(groups))('the difference of %s', (group, cases) => {
  const file = join(import.meta.dirname, `golden/${group}.sql`);
  const golden = sectionsIn(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
  const now = new Map<string, string>();
  afterAll(() => {
    if (update) writeFileSync(file, Array.from(now, ([name, text]) => `-- # ${name}\n\n${text}\n`).join('\n\n'));
  });

  // The round trip throws if the SQL does not produce the schema that MikroORM creates, or does not revert it.
  it.each(cases)(
    'makes and reverts the change with the SQL in the golden file: $name',
    async ({ name, before, after, ...options }) => {
      const { up, down } = await database.roundTrip(before, after, options);
      const text = `-- up\n\n${up}\n\n-- down\n\n${down}`;
      now.set(name, text);
      expect(text).toBe(update ? text : golden.get(name));
    },
  );

  it.skipIf(update)('has a golden file with exactly these cases', () => {
    expect([...golden.keys()]).toEqual(cases.map(({ name }) => name));
  });
});
