import { upgradeProject } from '../../open/migrations.ts';
import { checkPinnedSet } from '../../open/pinned-plugins.ts';
import type { Command } from '../command.ts';
import { jsonLines, runMigration } from '../migration-reply.ts';

/** `kernel migrate:up [target...]`. */
export const migrateUp: Command = {
  about:
    'Applies all pending revisions, or those that the targets need, each in its own transaction. Several processes may ' +
    'run it at once: every revision takes effect once. Applied revisions are never run again.\n\n' +
    'A target is heads (the default), likes (its head), likes@0002 (a unique prefix) or likes@+1 (one further). The ' +
    'revisions of other plugins that a target depends on are applied first.',
  arguments: [{ name: 'target', about: 'the revision to upgrade to; default: heads', many: true, complete: 'branch' }],
  options: [jsonLines],
  examples: [
    { line: 'kernel migrate:up', about: 'apply everything' },
    { line: 'kernel migrate:up likes', about: 'the branch of likes, and its dependencies' },
    { line: 'kernel migrate:up core@+1 --json', about: 'the next revision of core, with the outcome as data' },
    { line: 'kernel migrate:up --json-lines', about: 'in a pipeline: what happens, line by line' },
  ],
  exits: [
    {
      code: 15,
      about: 'an applied revision was edited or deleted, or headwater.lock.json lists others; nothing was run',
    },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process held the migration lock for too long' },
    { code: 31, about: 'a revision failed and was rolled back; those before it stay' },
    { code: 33, about: 'the database is ahead of this code' },
  ],
  runsPlugins: true,
  run({ operands }, context) {
    const targets = operands.length === 0 ? 'heads' : operands;
    return runMigration(context, 'Nothing is pending.', async (project, options) => {
      await checkPinnedSet(project, context.env, (message) => context.progress.write(`warning: ${message}\n`));
      return upgradeProject(project, targets, options);
    });
  },
};
