import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';

/** Errors found by comparing the ledger with the revisions in the code. */
export const historyCodes = {
  CORE_NOT_CONFIGURED: defineError({
    exit: exitCode.config,
    message: (d: { revisions: number }) =>
      `The database has ${d.revisions} applied revisions of plugin zero ("core"), but the config does not name plugin ` +
      'zero.',
    hint: () => 'Add its package to the top level of the config: "core": "@headwater/plugin-core"',
  }),
  PLUGIN_RENAMED: defineError({
    exit: exitCode.integrity,
    message: (d: { from: string; to: string; revisions: number }) =>
      `The database has ${d.revisions === 1 ? 'a revision' : `${d.revisions} revisions`} of "${d.from}", a former name of ` +
      `the plugin "${d.to}".`,
    hint: (d) => `Give the plugin its new name in the ledger: npx kernel plugin:rename ${d.from} ${d.to} --apply`,
  }),
  PLUGIN_RENAMED_SINCE: defineError({
    exit: exitCode.integrity,
    message: (d: { from: string; to: string }) =>
      `The database has the revisions of the plugin "${d.from}" under the name "${d.to}", and this code is older.`,
    hint: (d) =>
      `Deploy the release that has "${d.to}". Or go back to the old name: npx kernel plugin:rename ${d.to} ${d.from} --apply`,
  }),
  RENAME_REFUSED: defineError({
    exit: exitCode.incompatible,
    message: (d: { from: string; to: string; reason: string }) =>
      `The revisions of "${d.from}" cannot become those of "${d.to}": ${d.reason}.`,
    hint: (d) =>
      'Only the name may change, and only the database of the old name has its revisions. See both: ' +
      `npx kernel migrate:history ${d.from} and npx kernel migrate:history ${d.to}`,
  }),
  REVISION_EDITED: defineError({
    exit: exitCode.integrity,
    message: (d: { revision: string; file: string; what: string; others: readonly string[] }) =>
      `The applied revision "${d.revision}" was edited after it ran (${d.file}): ${d.what}.` +
      (d.others.length === 0 ? '' : ` Also edited: ${joinNames(d.others)}.`),
    hint: (d) =>
      'Applied revisions must not change. Restore the file, and write the change as a new revision. ' +
      `Show the applied version: npx kernel migrate:show ${d.revision} --applied\n` +
      `If the edit is known to lead to the same database: npx kernel migrate:accept ${d.revision}`,
  }),
  REVISION_DELETED: defineError({
    exit: exitCode.integrity,
    message: (d: { revision: string; plugin: string; successor: string }) =>
      `The applied revision "${d.revision}" is missing from "${d.plugin}", although "${d.successor}" still needs it.`,
    hint: (d) =>
      'Restore the file under its old name; an id names one revision forever. ' +
      `Show the applied version: npx kernel migrate:show ${d.revision}`,
  }),
  SQUASH_HALF_APPLIED: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      squash: string;
      applied: readonly string[];
      missing: readonly string[];
      package: string;
      floor: string | null;
    }) =>
      `The database has applied ${d.applied.length} of the ${d.applied.length + d.missing.length} revisions that ` +
      `"${d.squash}" replaces, and this version of ${d.package} no longer has the others: ${joinNames(d.missing)}.`,
    hint: (d) =>
      d.floor === null
        ? `Deploy a version of ${d.package} that still has them, and upgrade with it first.`
        : `Install ${d.package} ${d.floor} first, which still has them, and upgrade with it: npm install ` +
          `${d.package}@${d.floor}, then npx kernel migrate:up. Then install this version again.`,
  }),
  HISTORY_DIVERGED: defineError({
    exit: exitCode.integrity,
    message: (d: { revision: string; known: string; parent: string | null }) =>
      `The database has "${d.revision}" ${d.parent === null ? 'as the base of its branch' : `after "${d.parent}"`}, ` +
      `but the code has "${d.known}" there: the branch has two histories.`,
    hint: () =>
      'If the file was renamed, restore its old name. Otherwise deploy code that has both revisions and a third one that ' +
      'revises both.',
  }),
  DATABASE_AHEAD: defineError({
    exit: exitCode.databaseAhead,
    message: (d: { plugin: string; revisions: readonly string[]; breaking: readonly string[]; package: string }) =>
      `The database is ahead of this code: "${d.plugin}" has ${joinNames(d.revisions)} applied, and ` +
      `${joinNames(d.breaking)} ${d.breaking.length > 1 ? 'are' : 'is'} marked as breaking for older code.`,
    hint: (d) =>
      `Deploy a version of ${d.package} that has ${d.revisions.at(-1) ?? 'them'}, or downgrade with the newer code ` +
      'first.',
  }),
  UPGRADE_PENDING: defineError({
    exit: exitCode.pending,
    message: (d: { database: string; revisions: readonly string[] }) =>
      `${d.database} lacks ${d.revisions.length === 1 ? 'the revision' : `${d.revisions.length} revisions:`} ` +
      `${joinNames(d.revisions)}, and this start may not apply anything, since "upgrade.mode" is "check".`,
    hint: () =>
      'Apply the pending revisions: npx kernel migrate:up. To let a start apply them: "upgrade": { "mode": "auto" } in ' +
      'config.json.',
  }),
  DRIFT_FOUND: defineError({
    exit: exitCode.drift,
    message: (d: {
      database: string;
      missing: readonly { kind: string; name: string; table: string | null; createdBy: string }[];
    }) => {
      const named = d.missing.map(({ createdBy, ...object }) => shownObject({ ...object, revision: createdBy }));
      return `${d.database} lacks objects that applied revisions created: ${joinNames(named)}.`;
    },
    hint: (d) =>
      'Recreate what is missing, with the SQL that ran: ' +
      `npx kernel migrate:show ${d.missing[0]?.createdBy ?? ''} --applied. List everything: npx kernel migrate:drift. To ` +
      'upgrade without this check: "upgrade": { "checkDrift": false } in config.json.',
  }),
  STAMP_MISMATCH: defineError({
    exit: exitCode.drift,
    message: (d: {
      database: string;
      targets: readonly string[];
      missing: readonly RevisionObject[];
      left: readonly RevisionObject[];
      /** The revisions whose effects cannot be read. */
      unread: readonly string[];
    }) =>
      `${d.database} does not have the objects that the revisions to be stamped lead to.` +
      (d.missing.length === 0 ? '' : ` It lacks ${joinNames(d.missing.map(shownObject))}.`) +
      (d.left.length === 0
        ? ''
        : ` It still has objects that they drop or rename: ${joinNames(d.left.map(shownObject))}.`) +
      (d.unread.length === 0 ? '' : ` The effects of ${joinNames(d.unread)} cannot be read.`),
    hint: (d) =>
      'Stamp only the revisions whose objects exist, and apply the others: npx kernel migrate:up. To record them as applied ' +
      `all the same: npx kernel migrate:stamp ${d.targets.join(' ')} --unchecked`,
  }),
  ACCEPT_REFUSED: defineError({
    exit: exitCode.usage,
    message: (d: { revision: string; reason: string }) => `There is no edit of "${d.revision}" to accept: ${d.reason}.`,
    hint: (d) => `See its state, and the difference if there is one: npx kernel migrate:show ${d.revision}`,
  }),
  ACCEPT_MISMATCH: defineError({
    exit: exitCode.drift,
    message: (d: {
      database: string;
      revision: string;
      missing: readonly RevisionObject[];
      left: readonly RevisionObject[];
    }) =>
      `The edit of "${d.revision}" does not lead to the objects of ${d.database}.` +
      (d.missing.length === 0 ? '' : ` It lacks ${joinNames(d.missing.map(shownObject))}.`) +
      (d.left.length === 0 ? '' : ` It still has ${joinNames(d.left.map(shownObject))}, which the edit leaves out.`),
    hint: (d) =>
      'Restore the file, and write the change as a new revision: npx kernel migrate:create. To accept the edit all the ' +
      `same: npx kernel migrate:accept ${d.revision} --apply --unchecked --reason "…"`,
  }),
  DATABASE_NOT_ADOPTED: defineError({
    exit: exitCode.integrity,
    message: (d: { database: string; journal: string; tool: string; plugin: string; tables: readonly string[] }) =>
      `${d.database} already has tables that the pending revisions of "${d.plugin}" create (${joinNames(d.tables)}), ` +
      `and it has ${d.journal}, the table in which ${d.tool} records its migrations.`,
    hint: (d) =>
      `Adopt its history, which runs nothing again: npx kernel migrate:adopt ${d.plugin} --from ${d.tool}. ` +
      `If the database already has everything that the revisions create, record them as applied: ` +
      `npx kernel migrate:stamp ${d.plugin}`,
  }),
};

/** An object, with the revision that created, changed or dropped it. */
interface RevisionObject {
  readonly revision: string;
  readonly kind: string;
  readonly name: string;
  readonly table: string | null;
}

function shownObject({ kind, name, table, revision }: RevisionObject): string {
  return `the ${kind} ${table === null ? '' : `${table}.`}${name} of ${revision}`;
}
