import { relative } from 'node:path';
import { openProgress, type Command } from '@headwater/kernel/internal/command';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { revisionFolder, slugOf, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { squashRevisions, type SquashedRange } from '../authoring/squash-revisions.ts';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel migrate:squash <plugin> <from>..<to>`. */
export const migrateSquash: Command = {
  about:
    'Writes one revision that replaces a range of a branch. New databases run it instead of the range; databases that have ' +
    'applied a part of the range go on with the old revisions, and then count as squashed. Edges of other plugins into the ' +
    'range stay valid. Before the file is written, a shadow proves that the squash leads to the same schema and the same ' +
    'rows as the range, with all active plugins, and that its `down` reverts it. Keep the files of the range until no ' +
    'database is inside it: a later release may delete them, and then refuses such a database with the version to install first.',
  arguments: [
    { name: 'plugin', about: 'a plugin of this workspace', required: true, complete: 'branch' },
    { name: 'range', about: '0002..0006: the first and the last revision, or unique prefixes of them', required: true },
  ],
  options: [
    { flag: 'name', value: 'words', about: 'name of the squash; default: derived from the range' },
    { flag: 'dry-run', about: 'print the file instead of writing it' },
    { flag: 'shadow', value: 'url', about: 'prove it on this PostgreSQL server, in a temporary database' },
  ],
  examples: [
    {
      line: 'kernel migrate:squash likes 0001..0040',
      about: 'so that a new database runs one revision for the first 40',
    },
    { line: 'kernel migrate:squash likes 0001..0040 --dry-run', about: 'to read it first' },
  ],
  exits: [
    { code: 12, about: 'the plugin is not found, or is not part of this workspace' },
    { code: 13, about: 'the range cannot be squashed, or the squash is not equal to it' },
  ],
  async run({ operands: [name = '', range = ''], values, switches }, context) {
    const [, from, to] = /^(.+?)\.\.(.+)$/.exec(range) ?? [];
    if (from === undefined || to === undefined) {
      throw devError('SQUASH_REFUSED', { plugin: name, revision: range, reason: 'a range has the form 0002..0006' });
    }
    const { set } = await openWorkspace(context, [name]);
    const plugin = set.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const progress = openProgress(context);
    try {
      progress.stage('opening the shadow');
      await using shadow = await openShadow(values.get('shadow') ?? null, set.plugins);
      const words = values.get('name') ?? null;
      const squashed = await squashRevisions({ set, plugin, from, to, words, shadow, onStage: progress.stage });
      const text = revisionSource(squashed.revision);
      const { id } = squashed.revision;
      const file = switches.has('dry-run') ? null : writeRevisionFile(folder, slugOf(id), text);
      const { replaces, dependents, random } = squashed;
      return {
        json: { plugin: name, revision: id, file, replaces, dependents, random, text },
        text: (colors) =>
          file === null
            ? text.trimEnd()
            : [`Wrote ${colors.bold(id)}: ${relative(context.cwd, file)}`, ...explain(squashed)].join('\n'),
      };
    } finally {
      progress.end();
    }
  },
};

function explain({ replaces, dependents, random, revision }: SquashedRange): readonly string[] {
  return [
    ...replaces.map((id) => `  replaces ${id}`),
    ...dependents.map(({ id, needs }) => `  ${id} depends on ${needs}, which leads to the squash in a new database`),
    'Proven: it leads to the schema and the rows of the range, with all active plugins' +
      (revision.down === null ? '.' : ', and its `down` reverts it.'),
    ...(random.length === 0 ? [] : [`Not compared, since their rows differ each time: ${random.join(', ')}`]),
    'Keep the replaced files until every database has left the range.',
  ];
}
