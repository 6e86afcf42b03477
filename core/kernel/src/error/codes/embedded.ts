import { defineError } from '../define-error.ts';
import { quoteInput } from '../quote-input.ts';
import { exitCode } from '../exit-code.ts';
import { committedEarlier, rolledBack } from '../outcome-text.ts';

/** Errors of the embedded database and its directory. */
export const embeddedCodes = {
  EMBEDDED_APP_RUNNING: defineError({
    exit: exitCode.directoryInUse,
    message: (d: { operation: string; database: string }) =>
      `The ${d.operation} of ${d.database} would share its only connection with the application that is running on it.`,
    hint: () => 'Stop the application first: await app.stop()',
  }),
  EMBEDDED_EXTENSION_MISSING: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: {
      database: string;
      extension: string;
      /** The library that does not load; `null` if the extension is not installed. */
      unfit: string | null;
      revision: string | null;
      /** The revisions that this run has applied. `null` if that is unknown or the run has not begun. */
      applied: readonly string[] | null;
    }) => {
      const [subject, place] =
        d.revision === null
          ? [`The embedded database ${d.database} needs`, '']
          : [`Revision "${d.revision}" creates`, ` of ${d.database}`];
      const problem =
        d.unfit === null ? 'does not have' : `cannot load: ${d.unfit} was probably built for another version of PGlite`;
      return `${subject} the extension ${quoteInput(d.extension)}, which the embedded engine (PGlite)${place} ${problem}.`;
    },
    hint: (d) =>
      'Use a server: "database": "postgres://…" in config.json, and --shadow postgres://… with commands that use a ' +
      `shadow. A revision must name an extension that ships with PGlite in plain SQL: create extension "${d.extension}";`,
    written: (d) => {
      if (d.applied !== null) return rolledBack({ applied: d.applied });
      return d.revision === null ? committedEarlier() : 'Nothing was written.';
    },
  }),
  DIRECTORY_IN_USE: defineError({
    exit: exitCode.directoryInUse,
    message: (d: { directory: string; pid: number | null; lock: string }) =>
      `The embedded database ${d.directory} is in use by ${d.pid === null ? 'another process' : `process ${d.pid}`}.`,
    hint: () =>
      'An embedded database serves one process. Stop the other process, or use a server: "database": "postgres://…". ' +
      'The lock ends with its process; there is no file to remove.',
  }),
  DIRECTORY_UNUSABLE: defineError({
    exit: exitCode.config,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} cannot be opened: ${d.reason}.`,
    hint: () =>
      'Choose a folder that this user can write to: "database": "pglite://../.data/name" (relative to config.json).',
  }),
  STORE_VERSION: defineError({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; found: string; expected: string }) =>
      `The embedded database ${d.directory} was created by PostgreSQL ${d.found}; this kernel embeds PostgreSQL ${d.expected}.`,
    hint: () => 'Dump it with the kernel version that created it, and restore the dump into a new directory.',
  }),
  STORE_DAMAGED: defineError({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} does not start: ${d.reason}.`,
    hint: (d) =>
      `Restore the folder from a backup, or move ${d.directory} aside to start with an empty database. It was not changed.`,
  }),
};
