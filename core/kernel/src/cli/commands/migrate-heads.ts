import { heads } from '../../graph/heads-and-bases.ts';
import type { Command } from '../command.ts';
import { openRevisionSet } from '../open-project.ts';

/** `kernel migrate:heads`. */
export const migrateHeads: Command = {
  about: 'Lists the head of each active branch, which is the target of migrate:up. Needs no database.',
  examples: [{ line: 'kernel migrate:heads', about: 'one revision per line' }],
  exits: [
    { code: 14, about: 'the plugins are incompatible' },
    { code: 34, about: 'a branch has several heads, which the error names' },
  ],
  async run(_, context) {
    const { revisionSet } = await openRevisionSet(context);
    const found = heads(revisionSet.graph);
    return { json: { heads: found }, text: () => found.join('\n') };
  },
};
