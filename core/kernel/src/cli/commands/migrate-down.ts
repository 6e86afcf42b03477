import { downgradeProject, undoProject } from '../../open/migrations.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { parseTarget } from '../../plan/parse-target.ts';
import type { Command } from '../command.ts';
import { usageOf } from '../signature.ts';
import { jsonLines, runMigration } from '../migration-reply.ts';

/** `kernel migrate:down <target>`. */
export const migrateDown: Command = {
  about:
    'Reverts revisions, the latest first. The target revision itself is kept; everything after it on its branch is ' +
    'reverted. likes@base reverts the whole branch. A downgrade that other plugins depend on is refused without ' +
    '--cascade. The branch of a plugin that is not active is reverted with the SQL in the ledger. With --run it reverts ' +
    'exactly what one run has applied, of all plugins: undo a deployment. A plan with a revision that has no `down` is ' +
    'refused before its first statement.',
  arguments: [{ name: 'target', about: 'likes@base, likes@0002 or likes@-1', complete: 'branch' }],
  options: [
    { flag: 'run', value: 'id', about: 'in place of a target: undo this run (migrate:history --verbose shows its id)' },
    { flag: 'cascade', about: 'also revert what depends on it, in other plugins too' },
    jsonLines,
  ],
  examples: [
    { line: 'kernel migrate:plan --down likes@-1 --sql', about: 'preview the SQL that it would run' },
    { line: 'kernel migrate:down likes@-1', about: 'revert the last revision of likes' },
    { line: 'kernel migrate:plan --run 0c6b2f2e', about: 'preview undoing a run' },
    { line: 'kernel migrate:down --run 0c6b2f2e', about: 'undo a run, of which the beginning of the id suffices' },
    { line: 'kernel migrate:down likes@base', about: 'revert all of likes, with its tables and their data' },
  ],
  exits: [
    { code: 14, about: 'another plugin depends on it, or a revision has no `down`' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 31, about: 'a revision failed and was rolled back; those before it are reverted' },
  ],
  runsPlugins: true,
  async run({ operands: [target], switches, values }, context) {
    const cascade = switches.has('cascade');
    const run = values.get('run');
    if ((target === undefined) === (run === undefined)) {
      const what = 'kernel migrate:down needs either a target, like likes@-1, or --run <id>.';
      throw kernelError('USAGE', { what, usage: usageOf('migrate:down', migrateDown), command: 'migrate:down' });
    }
    if (target === undefined) {
      const nothing = 'Nothing to revert: nothing of this run is applied.';
      return runMigration(context, nothing, (project, options) =>
        undoProject(project, run ?? '', { ...options, cascade }),
      );
    }
    return runMigration(context, explainNothing(target), (project, options) =>
      downgradeProject(project, target, { ...options, cascade }),
    );
  },
};

/** Explains why nothing is reverted. A branch name means the head of the branch, which is rarely what people intend. */
export function explainNothing(target: string): string {
  const parsed = parseTarget(target);
  if (parsed.kind !== 'head') return `Nothing to revert: nothing is applied above ${target}.`;
  const { plugin } = parsed;
  return `Nothing to revert: ${target} means the head of its branch, which is kept.\nTo revert the whole branch: npx kernel migrate:down ${plugin}@base`;
}
