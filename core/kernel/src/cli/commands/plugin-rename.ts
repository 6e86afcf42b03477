import { renameInProject, type Renamed } from '../../open/rename.ts';
import type { Colors } from '../colors.ts';
import type { Command } from '../command.ts';
import { counted } from '../format-text.ts';
import { withProject } from '../open-project.ts';

/** `kernel plugin:rename <old> <new>`. */
export const pluginRename: Command = {
  about:
    'Gives a plugin its new name in the ledger, after its package got it: "headwater": { "plugin": "reactions", ' +
    '"formerly": ["likes"] } in its package.json, the new name in config.json, and the ids of its revisions renamed. ' +
    'Until then, upgrades refuse the database. The edges of other plugins follow, also in code that still says ' +
    'likes@0001. Nothing else in the database changes. Writes nothing without --apply.',
  arguments: [
    { name: 'old', about: 'the name in the ledger', required: true, complete: 'branch' },
    { name: 'new', about: 'the name of the active plugin', required: true, complete: 'branch' },
  ],
  options: [
    { flag: 'apply', about: 'do it' },
    { flag: 'reason', value: 'text', about: 'why, for the ledger' },
  ],
  examples: [
    { line: 'kernel plugin:rename likes reactions', about: 'see what would be renamed' },
    { line: 'kernel plugin:rename likes reactions --apply', about: 'rename it' },
  ],
  exits: [
    { code: 2, about: 'no active plugin has the new name' },
    { code: 14, about: 'its package does not declare the old name, or both names have revisions in the database' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process held the migration lock for too long' },
  ],
  async run({ operands: [from = '', to = ''], switches, values }, context) {
    const reason = values.get('reason')?.trim() ?? '';
    const options = { dryRun: !switches.has('apply'), ...(reason !== '' && { reason }) };
    const done = await withProject(context, (project) => renameInProject(project, from, to, options));
    return { json: done, text: (colors) => explain(done, colors) };
  },
};

function explain({ runId, from, to, revisions, dependents }: Renamed, colors: Colors): string {
  if (revisions.length === 0) return `Nothing to rename: the database has no revisions of ${from}.`;
  return [
    ...revisions.map((id) => `${colors.green('=')} ${from}${id.slice(id.indexOf('@'))} → ${id}`),
    ...dependents.map((id) => `  needed by ${id}`),
    runId === null
      ? `Nothing was written. To rename ${counted(revisions.length, 'revision')}: npx kernel plugin:rename ${from} ${to} --apply`
      : `${from} is ${to} in the ledger: ${counted(revisions.length, 'revision')} renamed. Nothing was run.`,
  ].join('\n');
}
