import { downgrade } from '../../migrate/migrate.ts';
import { parseTarget } from '../../plan/parse-target.ts';
import type { Command } from '../command.ts';
import { runMigration } from '../migration.ts';

/** `kernel migrate:down <target>`. */
export const migrateDown: Command = {
  about:
    'Takes revisions away again, the latest first. The revision that the target names is kept, and what comes after it ' +
    'on its branch goes; likes@base takes the whole branch. What other plugins stand on is refused without --cascade. ' +
    'The branch of a plugin that is not active goes down by the SQL in the ledger.',
  arguments: [{ name: 'target', about: 'likes@base, likes@0002 or likes@-1', required: true, complete: 'branch' }],
  options: [{ flag: 'cascade', about: 'also take what stands on it, in other plugins too' }],
  examples: [
    { line: 'kernel migrate:plan --down likes@-1 --sql', about: 'what it would run; look at it first' },
    { line: 'kernel migrate:down likes@-1', about: 'the last revision of likes' },
    { line: 'kernel migrate:down likes@base', about: 'all of likes, with its tables and their data' },
  ],
  exits: [
    { code: 14, about: 'another plugin stands on it, or a revision has no `down`' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 31, about: 'a revision failed and was rolled back; those before it are gone' },
  ],
  run({ operands: [target = ''], switches }, context) {
    const cascade = switches.has('cascade');
    return runMigration(context, explainNothing(target), (options) => downgrade(options, target, { cascade }));
  },
};

/** The name of a branch means its head, which is kept: rarely what was meant. */
export function explainNothing(target: string): string {
  const parsed = parseTarget(target);
  if (parsed.kind !== 'head') return `Nothing to take away: nothing is applied above ${target}.`;
  const { plugin } = parsed;
  return `Nothing to take away: ${target} is the head of its branch, and is kept.\nThe whole branch: npx kernel migrate:down ${plugin}@base`;
}
