import { relative } from 'node:path';
import { mergeHeads } from '../authoring/merge-heads.ts';
import { revisionFolder, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { openProgress, type Command, type Plugin } from '@headwater/kernel/internal';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel migrate:merge <plugin>`. */
export const migrateMerge: Command = {
  about:
    'Joins the heads of a branch, as a merge in version control leaves them when two people wrote a revision on the same ' +
    'parent: writes a revision that revises both and does nothing itself. First it is proven in a shadow that a database comes to ' +
    'the same whichever of them it got first; where it does not, what differs is shown, and nothing is written.',
  arguments: [{ name: 'plugin', about: 'a plugin of this workspace', required: true, complete: 'branch' }],
  options: [
    { flag: 'name', value: 'words', about: 'what to call it; default: after the heads' },
    { flag: 'dry-run', about: 'print the file, and write nothing' },
    { flag: 'shadow', value: 'url', about: 'try it on a database made for that on this PostgreSQL server' },
  ],
  examples: [{ line: 'kernel migrate:merge likes', about: 'when a start refuses two heads' }],
  exits: [
    { code: 12, about: 'no such plugin, or not one of this workspace' },
    { code: 34, about: 'the heads do not commute' },
  ],
  async run({ operands: [name = ''], values, switches }, context) {
    const { set } = await openWorkspace(context, [name]);
    // It is there, or that refused it.
    const plugin = set.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const progress = openProgress(context);
    try {
      progress.stage('opening the shadow');
      await using shadow = await openShadow(values.get('shadow') ?? null);
      const merged = await mergeHeads({
        set,
        plugin,
        shadow,
        words: values.get('name') ?? null,
        onStage: progress.stage,
      });
      if (merged === null) {
        const json = { plugin: name, revision: null, file: null, heads: [], text: null };
        return { json, text: () => `${name} has one head: nothing to merge.` };
      }
      const { heads, slug, draft } = merged;
      const text = revisionSource(draft);
      const file = switches.has('dry-run') ? null : writeRevisionFile(folder, slug, text);
      return {
        json: { plugin: name, revision: draft.id, file, heads, text },
        text: (paint) =>
          file === null
            ? text.trimEnd()
            : [
                `${paint.bold(draft.id)} is written: ${relative(context.cwd, file)}`,
                ...heads.map((head) => `  joins ${head}`),
                'Proven: a database comes to the same whichever of them it got first.',
              ].join('\n'),
      };
    } finally {
      progress.end();
    }
  },
};
