import { expect } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { allIds, expectedEffects } from './fault-project.ts';

/** A secret like a password. No output, log or row may contain it. */
export const canary = 'canary-7f3a91';

/** The result of an upgrade. It is the same after every undisturbed boot. */
export interface Outcome {
  readonly schema: readonly string[];
  readonly effects: readonly string[];
  readonly items: number;
}

/** Reads the outcome and checks the invariants of every outcome. */
export async function checkOracles(target: DatabaseTarget): Promise<Outcome> {
  const session = await openSession(target);
  try {
    const rows = await session.query<{ id: string; needs: readonly string[] }>(
      `select plugin || '@' || slug as id, revises || depends_on as needs from kernel.ledger order by seq`,
    );
    const seen = new Set<string>();
    for (const row of rows) {
      expect(
        row.needs.filter((id) => !seen.has(id)),
        `${row.id} was applied before its dependencies`,
      ).toEqual([]);
      expect(seen.has(row.id), `${row.id} is in the ledger twice`).toBe(false);
      seen.add(row.id);
    }
    expect([...seen].toSorted()).toEqual(allIds.toSorted());
    const found = await session.query<{ id: string }>('select id from effect order by id');
    expect(
      found.map((row) => row.id),
      'effects',
    ).toEqual(expectedEffects);
    await assertUnique(session);
    if (session.kind === 'postgres') await assertNothingLeft(session);
    const schema = await dumpSchema((text) => session.query(text));
    expect(schema.filter((line) => line.includes('INVALID'))).toEqual([]);
    const [items] = await session.query<{ n: number }>(`select count(*)::int as n from item where m = 'bad'`);
    const all = JSON.stringify(await session.query('select * from kernel.ledger'));
    expect(all).not.toContain(canary);
    return { schema, effects: expectedEffects, items: items?.n ?? -1 };
  } finally {
    await session.close();
  }
}

/** Checks that the ledger refuses a second row for a revision. */
async function assertUnique(session: Session): Promise<void> {
  const columns =
    'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id, duration_ms';
  const again = session.script(
    `begin; insert into kernel.ledger (${columns}) select ${columns} from kernel.ledger limit 1; rollback`,
  );
  await expect(again, 'the ledger accepts a second row for a revision').rejects.toMatchObject({ code: '23505' });
}

/** Checks that after 5 s there is no advisory lock, no open transaction and no temporary object. */
async function assertNothingLeft(session: Session): Promise<void> {
  for (let round = 0; ; round += 1) {
    const [left] = await session.query<{ locks: number; open: number; temporary: number }>(
      `select
        (select count(*)::int from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) as locks,
        (select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%') as open,
        (select count(*)::int from pg_class where relpersistence = 't') as temporary`,
    );
    if (left?.locks === 0 && left.open === 0 && left.temporary === 0) return;
    expect(round, `left behind: ${JSON.stringify(left)}`).toBeLessThan(50);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
