import { defineError } from '../define-error.ts';
import { identifier } from '../identifier.ts';
import { exitCode } from '../exit-code.ts';
import { committedEarlier } from '../outcome-text.ts';

/** Errors of the ledger, its lock, and the schemas of an application. */
export const ledgerCodes = {
  LEDGER_DAMAGED: defineError({
    exit: exitCode.integrity,
    message: (d: { database: string; schema: string; problem: string }) =>
      `The schema "${d.schema}" in ${d.database} is not an intact ledger: ${d.problem}.`,
    hint: (d) => {
      const schema = identifier(d.schema);
      return d.problem.startsWith('its table format ')
        ? `Let the owner of the schema run: delete from ${schema}.format; insert into ${schema}.format values (2);`
        : `Restore the schema "${d.schema}" from a backup, or correct it as its owner. Without a backup, if every revision of ` +
            `the code is applied: drop schema ${schema} cascade; and then: npx kernel migrate:stamp heads. If the schema ` +
            'belongs to another application, set "database": { "ledger": "<another schema>" } in config.json.';
    },
    written: committedEarlier,
  }),
  SCHEMA_TAKEN: defineError({
    exit: exitCode.integrity,
    message: (d: { database: string } & Schemas & { owner: Schemas }) => {
      const { tables, ledger, owner } = d;
      const other = `the application with the ledger "${owner.ledger}"`;
      if (owner.ledger === ledger) {
        return `The ledger "${ledger}" in ${d.database} is that of the tables in the schema "${owner.tables}", not of those in "${tables}".`;
      }
      if (owner.tables === tables) return `The tables in the schema "${tables}" of ${d.database} belong to ${other}.`;
      const what = owner.ledger === tables ? 'is the ledger of another application' : `has the tables of ${other}`;
      return `The schema "${owner.ledger === tables ? tables : ledger}" of ${d.database} ${what}.`;
    },
    hint: ({ tables, ledger, owner }) => {
      const other =
        'Each application, and each copy of one, needs its own "schema" and "ledger" under "database" in config.json. ';
      const stop = 'stop all of its processes first, since one with the old setting would look in the old place';
      if (owner.ledger === ledger) {
        return (
          `${other}If this is the same application, its schema is "${owner.tables}". To move its tables, ${stop}; then run as ` +
          `their owner: alter schema ${identifier(owner.tables)} rename to ${identifier(tables)}; comment on table ` +
          `${identifier(ledger)}.ledger is 'headwater: tables in ${tables.replaceAll("'", "''")}';`
        );
      }
      if (owner.tables !== tables) return other.trim();
      return (
        `${other}If this is the same application and its ledger shall move, ${stop}; then run as its owner: alter schema ` +
        `${identifier(owner.ledger)} rename to ${identifier(ledger)};`
      );
    },
  }),
  SCHEMA_NAMED: defineError({
    exit: exitCode.envelope,
    message: (d: { revision: string; file: string; line: number; schema: string; tables: string }) =>
      `Revision "${d.revision}" (${d.file}, line ${d.line} of the SQL) names the schema "${d.schema}", but the tables of this application are in "${d.tables}".`,
    hint: (d) =>
      `Leave the schema out: names without one are in that of the tables. To use SQL that names "${d.schema}", leave out ` +
      '"schema" under "database" in config.json, so that the tables are in "public".',
  }),
  LEDGER_FORMAT_NEWER: defineError({
    exit: exitCode.databaseAhead,
    message: (d: { found: number; known: number }) =>
      `The ledger has format ${d.found}; this kernel supports formats up to ${d.known}.`,
    hint: () => 'A newer kernel has migrated this database. Upgrade the kernel: npm install @headwater/kernel@latest',
  }),
  LOCK_WAIT_TIMEOUT: defineError({
    exit: exitCode.lockWait,
    message: (d: { seconds: number; holder: string | null }) =>
      `Another session has held the migration lock for ${d.seconds} s: ${d.holder ?? 'it ended a moment ago'}.`,
    hint: () =>
      'Wait for that session or end it, then run the command again. To wait longer: "upgrade": { "lockWait": seconds } in config.json.',
    written: committedEarlier,
  }),
};

/** The schemas of an application. */
interface Schemas {
  readonly tables: string;
  readonly ledger: string;
}
