import { openProgress, type Command } from '@headwater/kernel/internal/command';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import { draftHandOver } from '../authoring/draft-hand-over.ts';
import { revisionFolder, slugOf, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { openShadow } from '../shadow/shadow.ts';
import { createReply } from './create-reply.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel plugin:hand-over <plugin> <object> <to>`. */
export const pluginHandOver: Command = {
  about:
    'Writes a revision that makes another plugin the owner of a table, a view, a type or a column. It runs no SQL: names, ' +
    'rows and the rest of the catalog stay as they are. Every database learns of the new owner when an upgrade applies ' +
    'the revision, and a new database when it gets there. From then on only the other plugin may change the object. Its ' +
    'revisions that do so depend on this one. Columns that third plugins have added stay theirs.',
  arguments: [
    { name: 'plugin', about: 'the owner until now, a plugin of this workspace', required: true, complete: 'branch' },
    { name: 'object', about: 'core_tag, or core_object.likes_count for a column', required: true },
    { name: 'to', about: 'the new owner; it need not be installed', required: true, complete: 'branch' },
  ],
  options: [
    { flag: 'dry-run', about: 'print the file instead of writing it' },
    { flag: 'shadow', value: 'url', about: 'prove it on this PostgreSQL server, in a temporary database' },
  ],
  examples: [
    { line: 'kernel plugin:hand-over core core_tag tags', about: 'the table core_tag becomes that of tags' },
    { line: 'kernel plugin:hand-over likes core_object.likes_count core', about: 'a column on a table of core' },
  ],
  exits: [
    { code: 12, about: 'the plugin is not found, or is not part of this workspace' },
    { code: 13, about: 'the plugin does not own the object, or the revision cannot be proven' },
    { code: 34, about: 'the branch has two heads' },
  ],
  async run({ operands: [name = '', object = '', to = ''], values, switches }, context) {
    const { set } = await openWorkspace(context, [name]);
    const plugin = set.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const progress = openProgress(context);
    try {
      const draft = await draftHandOver(
        {
          set,
          plugin,
          openShadow: () => openShadow(values.get('shadow') ?? null, set.plugins),
          pinHeads: false,
          onStage: progress.stage,
        },
        object,
        to,
      );
      const text = draft.revision === null ? null : revisionSource(draft.revision);
      const isWritten = draft.revision !== null && text !== null && !switches.has('dry-run');
      const file = isWritten ? writeRevisionFile(folder, slugOf(draft.revision.id), text) : null;
      return createReply({ plugin, draft, text, file, lock: null, check: false, repair: false }, context);
    } finally {
      progress.end();
    }
  },
};
