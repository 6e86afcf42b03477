import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';
import { sectionsIn } from './golden-sections.ts';
import { handWrittenCases } from './hand-written-cases.ts';
import { openRoundTripDatabase, type RoundTripDatabase } from './round-trip.ts';

/** To rewrite the SQL after an intended change: `UPDATE_GOLDEN=1 npx vitest run core/dev/test/difference`. */
const update = process.env['UPDATE_GOLDEN'] === '1';
const file = join(import.meta.dirname, 'golden/hand-written.sql');

describe.each(databaseKinds)('the difference of hand-written schemas on %s', (kind) => {
  const golden = sectionsIn(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
  const now = new Map<string, string>();
  let database: RoundTripDatabase;
  beforeAll(async () => {
    database = await openRoundTripDatabase(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    if (update) writeFileSync(file, Array.from(now, ([name, text]) => `-- # ${name}\n\n${text}\n`).join('\n\n'));
  });

  /** Changes one schema into another, and returns the SQL. */
  async function change(from: Catalog, to: Catalog): Promise<string> {
    const sql = changesSql(changesBetween(from, to));
    await database.shadow.session.script(sql).catch((error: unknown) => {
      throw new Error(`${String(error)} in\n${sql}`, { cause: error });
    });
    const left = differenceOf(await database.shadow.catalog(), to);
    expect(left.map(explainChange), sql).toEqual([]);
    return sql;
  }

  it.each(handWrittenCases)(
    'makes and reverts it with the SQL in the golden file: $name',
    async ({ name, before, after }) => {
      const target = await database.catalogAfter(after);
      const old = await database.catalogAfter(before);
      const up = await change(old, target);
      const down = await change(await database.shadow.catalog(), old);
      const text = `-- up\n\n${up}\n\n-- down\n\n${down}`;
      now.set(name, text);
      expect(text).toBe(update ? text : golden.get(name));
    },
  );

  it.skipIf(update)('has a golden file with exactly these cases', () => {
    expect([...golden.keys()]).toEqual(handWrittenCases.map(({ name }) => name));
  });
});
