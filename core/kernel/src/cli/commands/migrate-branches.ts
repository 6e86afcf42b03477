import { readBranchShapes, type BranchShape } from '../../open/branches.ts';
import type { Colors } from '../colors.ts';
import type { Command } from '../command.ts';
import { columns, counted } from '../format-text.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:branches`. */
export const migrateBranches: Command = {
  about:
    'Lists the branch of each plugin with its base and its head, and shows where a branch forks and merges. A branch ' +
    'with several heads is listed, too: the command that joins them is below the table.',
  options: [{ flag: 'offline', about: 'do not connect: leave out the branches of plugins that are not active' }],
  examples: [{ line: 'kernel migrate:branches --offline', about: 'after a merge in version control' }],
  exits: [{ code: 20, about: 'the database cannot be reached, and --offline was not given' }],
  async run({ switches }, context) {
    const offline = switches.has('offline');
    const branches = await withProject(context, (project) => readBranchShapes(project, { offline }));
    return { json: { branches }, text: (colors) => explain(branches, colors) };
  },
};

function explain(branches: readonly BranchShape[], colors: Colors): string {
  const rows = branches.map(({ plugin, version, revisions, bases, heads }) => [
    plugin,
    version ?? colors.yellow('dormant'),
    counted(revisions, 'revision'),
    bases.length === 0 ? '' : `from ${bases.join(', ')}`,
    heads.length === 0 ? '' : `to ${heads.join(', ')}`,
  ]);
  const notes = branches.flatMap(({ plugin, heads, forks, merges }) => [
    ...forks.map(({ id, next }) => `${id} forks into ${next.join(' and ')}.`),
    ...merges.map(({ id, revises }) => `${id} merges ${revises.join(' and ')}.`),
    ...(heads.length > 1 ? [severalHeads(plugin, heads.length, colors)] : []),
  ]);
  return [...columns(rows), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

/** Says how to join the heads of a branch. */
export function severalHeads(plugin: string, count: number, colors: Colors): string {
  return `${colors.yellow('warning')}: ${plugin} has ${count} heads. Join them: npx kernel migrate:merge ${plugin}`;
}
