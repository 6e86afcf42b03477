import { heads } from '../../graph/heads-and-bases.ts';
import type { Command } from '../command.ts';
import { openBlueprint } from '../project.ts';

/** `kernel migrate:heads`. */
export const migrateHeads: Command = {
  about: 'Lists the head of each active branch: where migrate:up leads. Asks the code alone and needs no database.',
  examples: [{ line: 'kernel migrate:heads', about: 'one revision a line' }],
  exits: [
    { code: 14, about: 'the plugins do not fit together' },
    { code: 34, about: 'a branch has several heads; they are named' },
  ],
  async run(_, context) {
    const { blueprint } = await openBlueprint(context);
    const found = heads(blueprint.graph);
    return { json: { heads: found }, text: () => found.join('\n') };
  },
};
