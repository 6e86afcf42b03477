import type { Database, Inspection } from '@headwater/kernel/plugin';

/** The result of a readiness probe. */
export type Readiness =
  | { readonly status: 'ready' }
  /** Revisions of this process are not applied: its config leaves the upgrade to another process, or one was reverted. */
  | { readonly status: 'waiting for schema'; readonly missing: readonly string[] }
  /** The database does not answer. */
  | { readonly status: 'database unreachable' };

/** The time in milliseconds within which the database must answer. */
const timeout = 2000;

/** Returns the readiness probe of an application, which needs all revisions of its active plugins. */
export async function openReadiness(
  database: Database,
  inspection: Pick<Inspection, 'history'>,
): Promise<() => Promise<Readiness>> {
  const probe = (): Promise<readonly string[]> => database.inContext(() => appliedRevisions(database));
  const needed = (await inspection.history({ offline: true })).map(({ id }) => id);
  return async () => {
    try {
      const applied = new Set(await withTimeout(probe()));
      const missing = needed.filter((id) => !applied.has(id));
      return missing.length === 0 ? { status: 'ready' } : { status: 'waiting for schema', missing };
    } catch {
      return { status: 'database unreachable' };
    }
  };
}

/** An application without revisions has no ledger. */
async function appliedRevisions({ em, schemas }: Database): Promise<readonly string[]> {
  const ledger = `"${schemas.ledger.replaceAll('"', '""')}".ledger`;
  const [found] = await em.execute<{ ledger: string | null }[]>('select to_regclass(?)::text as ledger', [ledger]);
  if (found === undefined || found.ledger === null) return [];
  const rows = await em.execute<{ id: string }[]>(`select plugin || '@' || slug as id from ${ledger} order by id`);
  return rows.map(({ id }) => id);
}

async function withTimeout<Value>(answer: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), timeout);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
