import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres15, type Postgres15 } from '../../../../test/helper/postgres-15.ts';
import { hasPgDump, openDumpableServer, pgDumpSkipReason, type DumpableShadow } from './pg-dump.ts';
import { failuresOf, firstSeed } from './schema-trial.ts';

/** To try others: SEED=100 SEEDS_15=50 npx vitest run --config vitest.full.config.ts random-schemas-15 */
const count = Number(process.env['SEEDS_15'] ?? 10);

describe.runIf(hasPgDump)(`random schemas on PostgreSQL 15${pgDumpSkipReason}`, () => {
  let server: Postgres15;
  let shadow: DumpableShadow;
  beforeAll(async () => {
    server = await startPostgres15();
    shadow = await openDumpableServer(server.url);
  });
  afterAll(async () => {
    await shadow[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it(
    `change and change back the same to the catalog and to pg_dump, for ${count} seeds`,
    { timeout: 60_000 + count * 20_000 },
    async () => {
      expect(await failuresOf(shadow, firstSeed, count)).toEqual([]);
    },
  );
});
