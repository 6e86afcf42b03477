import { downgradeProject } from '../../open/migrations.ts';
import { parseTarget } from '../../plan/parse-target.ts';
import type { Command } from '../command.ts';
import { runMigration } from '../migration-reply.ts';

/** `kernel migrate:down <target>`. */
export const migrateDown: Command = {
  about:
    'Reverts revisions, the latest first. The target revision itself is kept; everything after it on its branch is ' +
    'reverted. likes@base reverts the whole branch. A downgrade that other plugins depend on is refused without ' +
    '--cascade. The branch of a plugin that is not active is reverted with the SQL in the ledger.',
  arguments: [{ name: 'target', about: 'likes@base, likes@0002 or likes@-1', required: true, complete: 'branch' }],
  options: [{ flag: 'cascade', about: 'also revert what depends on it, in other plugins too' }],
  examples: [
    { line: 'kernel migrate:plan --down likes@-1 --sql', about: 'preview the SQL that it would run' },
    { line: 'kernel migrate:down likes@-1', about: 'revert the last revision of likes' },
    { line: 'kernel migrate:down likes@base', about: 'revert all of likes, with its tables and their data' },
  ],
  exits: [
    { code: 14, about: 'another plugin depends on it, or a revision has no `down`' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 31, about: 'a revision failed and was rolled back; those before it are reverted' },
  ],
  runsPlugins: true,
  run({ operands: [target = ''], switches }, context) {
    const cascade = switches.has('cascade');
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
