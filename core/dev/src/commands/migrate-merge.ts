import { relative } from 'node:path';
import { openProgress, type Command } from '@headwater/kernel/internal/command';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import { mergeHeads } from '../authoring/merge-heads.ts';
import { mergeLock } from '../authoring/merge-locks.ts';
import { revisionFolder, slugOf, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel migrate:merge <plugin>`. */
export const migrateMerge: Command = {
  about:
    'Joins the heads of a branch, which a merge in version control leaves behind when two people wrote a revision on the ' +
    'same parent. It writes a revision that revises both and does nothing itself. Before that it proves in a shadow that ' +
    'a database ends up with the same schema in every order of the heads. If it does not, the differences are shown and ' +
    'no revision is written. Conflicts that the merge left in revisions.lock.json are resolved: the revisions and declared ' +
    'objects of both sides count.',
  arguments: [{ name: 'plugin', about: 'a plugin of this workspace', required: true, complete: 'branch' }],
  options: [
    { flag: 'name', value: 'words', about: 'name of the revision; default: derived from the heads' },
    { flag: 'dry-run', about: 'print the file instead of writing it' },
    {
      flag: 'shadow',
      value: 'url',
      about: 'prove it on this PostgreSQL server, in a temporary database',
    },
  ],
  examples: [{ line: 'kernel migrate:merge likes', about: 'after a start was refused because of two heads' }],
  exits: [
    { code: 12, about: 'the plugin is not found, or is not part of this workspace' },
    { code: 34, about: 'the heads do not commute' },
  ],
  async run({ operands: [name = ''], values, switches }, context) {
    const { set } = await openWorkspace(context, [name]);
    const plugin = set.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const lock = mergeLock(plugin.directory);
    const joined = lock === null ? [] : [`Joined both sides of ${relative(context.cwd, lock)}.`];
    const progress = openProgress(context);
    try {
      progress.stage('opening the shadow');
      await using shadow = await openShadow(values.get('shadow') ?? null, set.plugins);
      const words = values.get('name') ?? null;
      const merged = await mergeHeads({ set, plugin, shadow, words, onStage: progress.stage });
      if (merged === null) {
        const json = { plugin: name, revision: null, file: null, heads: [], text: null, lock };
        return { json, text: () => [...joined, `${name} has one head: nothing to merge.`].join('\n') };
      }
      const { heads, revision } = merged;
      const text = revisionSource(revision);
      const file = switches.has('dry-run') ? null : writeRevisionFile(folder, slugOf(revision.id), text);
      return {
        json: { plugin: name, revision: revision.id, file, heads, text, lock },
        text: (colors) =>
          file === null
            ? [...joined, text.trimEnd()].join('\n')
            : [
                ...joined,
                `Wrote ${colors.bold(revision.id)}: ${relative(context.cwd, file)}`,
                ...heads.map((head) => `  joins ${head}`),
                'Proven: a database ends up with the same schema in every order of the heads.',
              ].join('\n'),
      };
    } finally {
      progress.end();
    }
  },
};
