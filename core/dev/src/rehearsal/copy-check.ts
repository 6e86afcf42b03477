import type { Session } from '@headwater/kernel/internal/database';
import { databaseTarget, type DatabaseTarget } from '@headwater/kernel/internal/config';
import { readDatabase, type Project } from '@headwater/kernel/internal/boot';
import { readLedger } from '@headwater/kernel/internal/migrations';
import { devError } from '../error/dev-codes.ts';

/** Returns the target that `--on` names, with the schemas of the application. Throws REHEARSAL_URL_INVALID. */
export function copyTarget(url: string, { config }: Project): DatabaseTarget {
  const target = databaseTarget(url, '--on', [{ file: '--on', json: { database: url } }]);
  if (target.kind !== 'postgres') throw devError('REHEARSAL_URL_INVALID', { shown: target.shown });
  const { schemas } = config.database;
  return schemas === undefined ? target : { ...target, schemas };
}

/**
 * Checks that `copy` is a copy: not the database of the project itself, and with the same applied revisions. Throws
 * REHEARSAL_BEHIND_POOLER, REHEARSAL_OWN_DATABASE, REHEARSAL_COPY_DIFFERS, and the errors of reading both ledgers.
 */
export async function assertCopy(copy: Session, project: Project, signal: AbortSignal | undefined): Promise<void> {
  const identity = await identityOf(copy);
  if (identity.pid !== copy.pid) throw devError('REHEARSAL_BEHIND_POOLER', { shown: copy.shown });
  const { own, applied } = await readDatabase(project, { operation: 'rehearsal', signal }, async (session) => ({
    own: session.kind === 'pglite' ? null : await identityOf(session),
    applied: (await readLedger(session)).rows.map(({ id }) => id),
  }));
  if (own !== null && isSameDatabase(own, identity)) {
    throw devError('REHEARSAL_OWN_DATABASE', { copy: copy.shown, database: project.config.database.shown });
  }
  const there = new Set((await readLedger(copy)).rows.map(({ id }) => id));
  const here = new Set(applied);
  const [missing, more] = [[...here.difference(there)], [...there.difference(here)]];
  if (missing.length === 0 && more.length === 0) return;
  throw devError('REHEARSAL_COPY_DIFFERS', {
    copy: copy.shown,
    database: project.config.database.shown,
    missing,
    more,
  });
}

/** What tells two databases apart, whatever the names of their servers. */
export interface Identity {
  /** When the server process started, in microseconds. */
  readonly started: string;
  readonly oid: string;
  readonly isStandby: boolean;
  /** The same for a primary, its standbys and its physical copies. `null` if the role may not read it. */
  readonly system: string | null;
}

async function identityOf({ query }: Session): Promise<Identity & { readonly pid: number }> {
  const [row] = await query<Omit<Identity, 'system'> & { readonly pid: number }>(
    `select pg_backend_pid() as pid, extract(epoch from pg_postmaster_start_time())::text as started,
      pg_is_in_recovery() as "isStandby", (select oid from pg_database where datname = current_database())::text as oid`,
  );
  const system = await query<{ id: string }>('select system_identifier::text as id from pg_control_system()').catch(
    () => [],
  );
  if (row === undefined) throw new Error('the server returned no row');
  return { ...row, system: system[0]?.id ?? null };
}

/**
 * A physical copy, such as a restored snapshot, has the identifier and the oid of its original, but runs in a process of
 * its own. The primary of a standby does so too.
 */
export function isSameDatabase(own: Identity, copy: Identity): boolean {
  if (own.oid !== copy.oid) return false;
  return own.started === copy.started || (own.isStandby && own.system === copy.system);
}
