import { readStatus } from '../../open/status.ts';
import type { Command } from '../command.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:current`. */
export const migrateCurrent: Command = {
  about: 'Lists the latest applied revision of each branch. Dormant branches are marked.',
  examples: [{ line: 'kernel migrate:current', about: 'one revision per line' }],
  exits: [{ code: 20, about: 'the database cannot be reached' }],
  run(_, context) {
    return withProject(context, async (project) => {
      const { branches } = await readStatus(project);
      const current = branches.flatMap((branch) => branch.current);
      const marks = new Map([
        ...branches.flatMap(({ dormant }) => dormant.map((id) => [id, 'dormant'] as const)),
        ...branches.flatMap(({ ahead }) => ahead.map((id) => [id, 'ahead'] as const)),
      ]);
      const marked = (mark: string): readonly string[] => current.filter((id) => marks.get(id) === mark);
      return {
        json: { current, dormant: marked('dormant'), ahead: marked('ahead') },
        text: (colors) => {
          if (current.length === 0) return 'Nothing is applied.';
          return current
            .map((id) => `${id}${marks.has(id) ? `  ${colors.yellow(`(${marks.get(id)})`)}` : ''}`)
            .join('\n');
        },
      };
    });
  },
};
