import { resolve } from 'node:path';
import type { Command } from '@headwater/kernel/internal/command';
import { openPackages, realFolder } from '@headwater/kernel/internal/plugins';
import { removeSourceCondition, restoreSourceCondition } from '../build/source-condition.ts';

/** `kernel plugin:prepack [folder]`. */
export const pluginPrepack: Command = {
  about:
    'Removes the condition "headwater-source" from the exports in package.json, because npm does not pack the sources that ' +
    'it leads to. Add it to the scripts in package.json, where npm runs it around npm pack and npm publish: ' +
    '"prepack": "kernel plugin:prepack", "postpack": "kernel plugin:prepack --undo". The original is kept as ' +
    'package.json.orig, which npm never packs. After an interrupted pack, --undo or the next pack continues from there.',
  arguments: [{ name: 'folder', about: 'the package; default: the working directory' }],
  options: [{ flag: 'undo', about: 'restore package.json byte for byte' }],
  examples: [
    { line: 'kernel plugin:prepack', about: 'npm runs it before it packs' },
    { line: 'kernel plugin:prepack --undo', about: 'npm runs it after it has packed' },
  ],
  exits: [
    { code: 12, about: 'the folder holds no readable package.json' },
    { code: 13, about: 'package.json was edited after an interrupted pack, or cannot be written' },
  ],
  async run({ operands: [folder = '.'], switches }, { cwd }) {
    const given = resolve(cwd, folder);
    const { directory } = openPackages().read(realFolder(given) ?? given);
    const undo = switches.has('undo');
    if (undo) restoreSourceCondition(directory);
    else removeSourceCondition(directory);
    // Prints no text, since npm prints the name of the tarball to the same stream.
    return { json: { directory, undone: undo }, text: () => '' };
  },
};
