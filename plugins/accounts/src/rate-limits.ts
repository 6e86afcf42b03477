import { sql } from '@mikro-orm/core';
import { Refusal } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';

/** A limit of attempts. */
export interface RateLimit {
  /** The number of attempts allowed within the time. */
  readonly attempts: number;
  readonly seconds: number;
}

/** Limits that hold across all processes of the application, because the database counts. */
export interface RateLimits {
  /** Counts an attempt under a key: `sign-in:203.0.113.7`. Throws a Refusal, `too-many`, above the limit. */
  readonly take: (key: string, limit: RateLimit) => Promise<void>;
}

/** The token of {@link RateLimits}. */
export const RateLimits = token<RateLimits>('accounts.rate-limits');

/** Returns the service for a database. Call it outside a transaction, which would take its count back if it fails. */
export function rateLimitsIn(database: Database): RateLimits {
  return Object.freeze<RateLimits>({
    async take(key, { attempts, seconds }) {
      // A key may contain input. PostgreSQL cannot store a NUL character.
      const stored = key.replaceAll('\0', '').slice(0, 255);
      const [row] = await database.em.execute<{ count: number; wait: number }[]>(sql`
        insert into accounts_attempt as attempt (key, began_at, count) values (${stored}, now(), 1)
          on conflict (key) do update set
            count = case when attempt.began_at < now() - make_interval(secs => ${seconds}) then 1 else attempt.count + 1 end,
            began_at = case when attempt.began_at < now() - make_interval(secs => ${seconds}) then now() else attempt.began_at end
          returning count, ceil(extract(epoch from began_at - now()) + ${seconds})::int as wait
      `);
      // Nothing else removes counts that are over.
      if (row?.count === 1)
        await database.em.execute(sql`delete from accounts_attempt where began_at < now() - interval '1 day'`);
      if (row === undefined || row.count <= attempts) return;
      throw new Refusal('too-many', `there were too many attempts; try again in ${row.wait} s`);
    },
  });
}
