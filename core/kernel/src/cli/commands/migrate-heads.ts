import { readBranchShapes } from '../../open/branches.ts';
import type { Command } from '../command.ts';
import { withProject } from '../open-project.ts';
import { severalHeads } from './migrate-branches.ts';

/** `kernel migrate:heads`. */
export const migrateHeads: Command = {
  about:
    'Lists the head of each active branch, which is the target of migrate:up. Needs no database. If a branch has ' +
    'several heads, as after a merge in version control, all of them are listed with the command that joins them.',
  examples: [{ line: 'kernel migrate:heads', about: 'one revision per line' }],
  exits: [{ code: 12, about: 'a plugin is not installed or not valid' }],
  async run(_, context) {
    const branches = await withProject(context, (project) => readBranchShapes(project, { offline: true }));
    const heads = branches.flatMap((branch) => branch.heads).toSorted();
    const several = branches.filter((branch) => branch.heads.length > 1);
    return {
      json: { heads, several: several.map(({ plugin }) => plugin) },
      text: (colors) =>
        [...heads, ...several.map((branch) => severalHeads(branch.plugin, branch.heads.length, colors))].join('\n'),
    };
  },
};
