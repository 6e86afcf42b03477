import { explainWhy } from '../../boot/explain-why.ts';
import { prepare } from '../../boot/prepare.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../project.ts';

/** `kernel why <name>`. */
export const why: Command = {
  about:
    'Says whose something is: a table, a column, an index, a constraint, an enum, an entity or one of its properties, a ' +
    'token or a contribution point; and which plugins wrap it or contribute to it. It loads the active plugins, and ' +
    'needs no database.',
  arguments: [{ name: 'name', about: 'table.column, table, Entity, Entity.property or token', required: true }],
  examples: [
    { line: 'kernel why core_object.likes_count', about: 'which plugin added the column' },
    { line: 'kernel why Like', about: 'whose entity it is, and where it is kept' },
    { line: 'kernel why likes --json', about: 'who binds and who wraps a token, as data' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 14, about: 'the plugins do not fit together' },
  ],
  runsPlugins: true,
  async run({ operands: [name = ''] }, context) {
    const { lines, ...found } = explainWhy(await prepare(openConfig(context)), name);
    return { json: found, text: () => lines.join('\n') };
  },
};
