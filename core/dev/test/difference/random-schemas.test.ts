import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDumpableEmbedded, type DumpableShadow } from './pg-dump.ts';
import { failuresOf, firstSeed } from './schema-trial.ts';

/** To try others: SEED=100 SEEDS=50 npx vitest run core/dev/test/difference/random-schemas.test.ts */
const count = Number(process.env['SEEDS'] ?? 4);

describe('random schemas on PostgreSQL 18', () => {
  let shadow: DumpableShadow;
  beforeAll(async () => {
    shadow = await openDumpableEmbedded();
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  it(
    `change and change back the same to the catalog and to pg_dump, for ${count} seeds`,
    { timeout: 60_000 + count * 20_000 },
    async () => {
      expect(await failuresOf(shadow, firstSeed, count)).toEqual([]);
    },
  );
});
