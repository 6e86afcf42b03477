import type { Session } from '@headwater/kernel/internal/database';

/** The time in milliseconds that a terminated session gets to end. PostgreSQL waits as long for autovacuum workers. */
const endingTime = 5000;

/**
 * Drops a database, and ends our own sessions in it first. `with (force)` would also try to end autovacuum workers,
 * which belong to the bootstrap superuser since PostgreSQL 17, and so fails for other users with «permission denied to
 * terminate process». Without it, PostgreSQL stops the workers itself. Throws SQLSTATE 55006 where somebody else is
 * connected.
 */
export async function dropDatabase(admin: Session, name: string): Promise<void> {
  await admin.query(
    `select pg_terminate_backend(pid, $2) from pg_stat_activity
      where datname = $1 and usename = session_user and pid <> pg_backend_pid()`,
    [name, endingTime],
  );
  await admin.query(`drop database if exists ${name}`);
}
