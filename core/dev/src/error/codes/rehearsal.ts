import { defineError, exitCode } from '@headwater/kernel/internal/errors';

/** Errors of `migrate:rehearse`. */
export const rehearsalCodes = {
  REHEARSAL_URL_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { shown: string }) =>
      `--on takes the URL of a copy on a PostgreSQL server, not ${d.shown}. An embedded database has one connection, and ` +
      'the locks of a revision are read over a second one.',
    hint: () =>
      'Restore a dump of the database on a server: npx kernel migrate:rehearse --on postgres://user@host/copy',
  }),
  REHEARSAL_BEHIND_POOLER: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { shown: string }) =>
      `--on ${d.shown} goes through a connection pooler, behind which the process that runs a revision is not known.`,
    hint: () => 'Give the URL of the server itself: --on postgres://user@host:5432/copy',
  }),
  REHEARSAL_OWN_DATABASE: defineError({
    exit: exitCode.usage,
    message: (d: { copy: string; database: string }) =>
      `--on ${d.copy} is no copy: it is the database of the config, ${d.database}, or the primary of which that is a standby.`,
    hint: () =>
      'Copy it first, on this server (createdb --template) or another one (pg_dump, pg_restore), and name the copy: ' +
      'npx kernel migrate:rehearse --on postgres://user@host/copy',
  }),
  REHEARSAL_COPY_DIFFERS: defineError({
    exit: exitCode.integrity,
    message: (d: { copy: string; database: string; missing: readonly string[]; more: readonly string[] }) =>
      [
        `${d.copy} has other applied revisions than ${d.database}, so its upgrade would be another one.`,
        ...(d.missing.length === 0 ? [] : [`It lacks ${listed(d.missing)}.`]),
        ...(d.more.length === 0 ? [] : [`Only it has ${listed(d.more)}.`]),
      ].join(' '),
    hint: () => 'A rehearsal upgrades its copy, so each one needs a new copy. Restore a recent dump, and try again.',
  }),
  REHEARSAL_UNOBSERVED: defineError({
    exit: exitCode.databaseUnreachable,
    message: (d: { revision: string; reason: string }) =>
      `From ${d.revision} on, locks and rewrites could not be read over the second connection: ${d.reason}.`,
    hint: () =>
      'If it timed out, the revision locks a catalog of the server, such as pg_class, against every other session. ' +
      'Otherwise its connection broke. Rehearse again on a new copy.',
    written: () => 'The copy is upgraded. The report shows what was seen before.',
  }),
  REHEARSAL_UNWRITABLE: defineError({
    exit: exitCode.environment,
    message: (d: { file: string; reason: string }) => `The rehearsal cannot be recorded in ${d.file}: ${d.reason}.`,
    hint: () => 'Name a file in a folder that exists and that you may write to: --out rehearsal.json',
    written: () => 'The copy is upgraded. The report above is complete.',
  }),
};

function listed(ids: readonly string[]): string {
  const more = ids.length - 3;
  return more > 0 ? `${ids.slice(0, 3).join(', ')} and ${more} more` : ids.join(', ');
}
