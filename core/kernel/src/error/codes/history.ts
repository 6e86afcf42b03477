import { codeEntry, listOf } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';

/** Refusals that compare the ledger with the revisions that the code ships. */
export const historyCodes = {
  CORE_NOT_CONFIGURED: codeEntry({
    exit: exitCode.config,
    message: (d: { revisions: number }) =>
      `The database has ${d.revisions} applied revisions of plugin zero ("core"), and the config names no plugin zero.`,
    hint: () => 'Add the line that names its package at the top level of the config: "core": "@headwater/plugin-core"',
  }),
  REVISION_EDITED: codeEntry({
    exit: exitCode.integrity,
    message: (d: { revision: string; file: string; what: string; others: readonly string[] }) =>
      `The applied revision "${d.revision}" was edited afterwards (${d.file}): ${d.what}.` +
      (d.others.length === 0 ? '' : ` So were ${listOf(d.others)}.`),
    hint: (d) =>
      'An applied revision is history. Put the file back and write the change as a new revision. ' +
      `What was run: npx kernel migrate:show ${d.revision} --applied`,
  }),
  REVISION_DELETED: codeEntry({
    exit: exitCode.integrity,
    message: (d: { revision: string; plugin: string; successor: string }) =>
      `The applied revision "${d.revision}" is missing from "${d.plugin}", while "${d.successor}", which stands on it, is there.`,
    hint: (d) =>
      `Put the file back under its old name; an id names one revision for ever. What was run: npx kernel migrate:show ${d.revision}`,
  }),
  HISTORY_DIVERGED: codeEntry({
    exit: exitCode.integrity,
    message: (d: { revision: string; known: string; parent: string | null }) =>
      `The database has "${d.revision}" ${d.parent === null ? 'as the base of its branch' : `after "${d.parent}"`}, ` +
      `where the code has "${d.known}": two histories of one branch.`,
    hint: () =>
      'Was the file renamed? Give it back its old name. Else deploy code that has both, joined by a revision that revises both.',
  }),
  DATABASE_AHEAD: codeEntry({
    exit: exitCode.databaseAhead,
    message: (d: { plugin: string; revisions: readonly string[]; breaking: readonly string[]; package: string }) =>
      `The database is ahead of this code: "${d.plugin}" has ${listOf(d.revisions)} applied, and ${listOf(d.breaking)} ` +
      `${d.breaking.length > 1 ? 'are' : 'is'} marked as breaking for older code.`,
    hint: (d) =>
      `Deploy a ${d.package} that has ${d.revisions.at(-1) ?? 'them'}, or downgrade with the newer code first.`,
  }),
};
