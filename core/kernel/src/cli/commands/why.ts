import { lookUpName } from '../../boot/name-lookup.ts';
import { loadApp } from '../../boot/load-app.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../open-project.ts';

/** `kernel why <name>`. */
export const why: Command = {
  about:
    'Shows which plugin owns a table, a column, an index, a constraint, an enum, an entity or one of its properties, a ' +
    'token or a contribution point, and which plugins wrap it or contribute to it. Loads the active plugins. Needs no ' +
    'database.',
  arguments: [{ name: 'name', about: 'table.column, table, Entity, Entity.property or token', required: true }],
  examples: [
    { line: 'kernel why core_object.likes_count', about: 'which plugin added the column' },
    { line: 'kernel why Like', about: 'who owns the entity, and its table' },
    { line: 'kernel why likes --json', about: 'who binds and wraps a token, as data' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 14, about: 'the plugins are incompatible' },
  ],
  runsPlugins: true,
  async run({ operands: [name = ''] }, context) {
    const { lines, ...found } = lookUpName(await loadApp(openConfig(context)), name);
    return { json: found, text: () => lines.join('\n') };
  },
};
