import { resolve } from 'node:path';
import { openConfig, openProgress, repeatedValues, type Command, type Input } from '@headwater/kernel/internal/command';
import { withSession } from '@headwater/kernel/internal/database';
import { kernelError, type KernelError } from '@headwater/kernel/internal/errors';
import { loadRevisionSet } from '@headwater/kernel/internal/migrations';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import { draftEmpty } from '../authoring/draft-empty.ts';
import { draftFromEntities } from '../authoring/draft-from-entities.ts';
import { draftRepair } from '../authoring/draft-repair.ts';
import { draftFromSql } from '../authoring/draft-from-sql.ts';
import type { Draft, DraftContext } from '../authoring/draft.ts';
import { revisionFolder, slugOf, writeRevisionFile } from '../authoring/revision-file.ts';
import { writeRecord } from '../authoring/record-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { readSqlFile } from '../authoring/sql-file.ts';
import { openShadow } from '../shadow/shadow.ts';
import { createReply } from './create-reply.ts';
import { withPluginActive } from './workspace.ts';

/** `kernel migrate:create <plugin>`. */
export const migrateCreate: Command = {
  about:
    "Writes a revision for the changes that the plugin's entities declare: to its own tables, and to its own columns, " +
    'indexes and constraints on tables of other plugins, but to nothing that another plugin owns. It fills in ' +
    '`revises`, `dependsOn` and a `down` that reverts `up`. Before it writes the file it proves the revision in a ' +
    'shadow, an empty PostgreSQL in this process; only --repair connects to your database, and reads it. It never guesses renames: ' +
    'without --rename, a new name means a drop and an add.\n\n' +
    'What the entities declare is recorded in revisions.lock.json. An object that they declare no longer is dropped; one ' +
    'that no entity ever declared was made by hand, and is kept unless --drop names it.',
  arguments: [{ name: 'plugin', about: 'a plugin of this workspace', required: true, complete: 'branch' }],
  options: [
    { flag: 'name', value: 'words', about: 'name of the revision; default: derived from the changes' },
    {
      flag: 'rename',
      value: 'old:new',
      about: 'table.old:new for a column, old:new for a table; separate several by commas',
    },
    {
      flag: 'drop',
      value: 'name',
      many: true,
      about: 'drop an object that was made by hand, as migrate:check lists it; may be given several times',
    },
    {
      flag: 'repair',
      about: 'restore what was changed by hand in the database, which migrate:drift --definitions lists',
    },
    { flag: 'empty', about: 'write a file without SQL, to fill in by hand; needs --name' },
    { flag: 'sql', value: 'file', about: 'take the SQL from a file and fill in the rest; needs --name' },
    {
      flag: 'pin',
      value: 'head',
      about: 'depend on the heads of the required plugins instead of the revisions that the SQL needs',
    },
    { flag: 'dry-run', about: 'print the file instead of writing it' },
    { flag: 'check', about: 'write nothing; exit with 3 if there are changes without a revision' },
    {
      flag: 'shadow',
      value: 'url',
      about: 'prove it on this PostgreSQL server, in a temporary database',
    },
  ],
  examples: [
    { line: 'kernel migrate:create likes', about: 'after changing its entities' },
    { line: 'kernel migrate:create likes --rename likes_like.note:remark', about: 'after renaming a column' },
    { line: 'kernel migrate:create likes --drop likes_queue', about: 'to drop a table that no entity declares' },
    { line: 'kernel migrate:create likes --empty --name fill_counts', about: 'for a data migration' },
    {
      line: 'kernel migrate:create likes --repair',
      about: 'after somebody changed a column or dropped a check by hand',
    },
    { line: 'kernel migrate:create likes --check', about: 'in continuous integration' },
  ],
  exits: [
    { code: 3, about: 'with --check: there are changes without a revision; with --repair: revisions are pending' },
    { code: 12, about: 'the plugin is not found, is not part of this workspace, or does not load' },
    { code: 13, about: 'a revision is not valid, or cannot be proven' },
    { code: 34, about: 'the branch has two heads' },
    { code: 40, about: 'a required plugin has changes without a revision' },
  ],
  runsPlugins: true,
  async run(input, context) {
    const [name = ''] = input.operands;
    assertUsage(input, name);
    const config = withPluginActive(openConfig(context), name);
    const revisionSet = await loadRevisionSet(config);
    const { pluginSet } = revisionSet;
    const plugin = pluginSet.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const progress = openProgress(context);
    try {
      const drafting: DraftContext = {
        set: pluginSet,
        plugin,
        openShadow: () => openShadow(input.values.get('shadow') ?? null, pluginSet.plugins),
        pinHeads: input.values.has('pin'),
        onStage: progress.stage,
      };
      const words = input.values.get('name') ?? null;
      const repair = input.switches.has('repair');
      const draft = await (repair
        ? withSession(
            config.database,
            (session) => draftRepair(drafting, { session, revisionSet, words }),
            config.upgrade.responseTimeout,
          )
        : draftRevision(input, context.cwd, drafting));
      const { revision } = draft;
      const text = revision === null ? null : revisionSource(revision);
      const check = input.switches.has('check');
      if (check || input.switches.has('dry-run')) {
        return createReply({ plugin, draft, text, file: null, lock: null, check, repair }, context);
      }
      const record = draft.record === null ? null : writeRecord(plugin.directory, draft.record.after);
      try {
        const file = revision === null || text === null ? null : writeRevisionFile(folder, slugOf(revision.id), text);
        return createReply({ plugin, draft, text, file, lock: record?.file ?? null, check, repair }, context);
      } catch (error) {
        record?.undo();
        throw error;
      }
    } finally {
      progress.end();
    }
  },
};

function draftRevision(input: Input, cwd: string, context: DraftContext): Draft | Promise<Draft> {
  const { values, switches } = input;
  const words = values.get('name') ?? null;
  const file = values.get('sql');
  if (switches.has('empty')) return draftEmpty(context, words ?? '');
  if (file !== undefined) return draftFromSql(context, words ?? '', readSqlFile(resolve(cwd, file)));
  const rename = values.get('rename') ?? null;
  return draftFromEntities(context, {
    words,
    rename,
    drops: repeatedValues(input, 'drop'),
    changesOnly: switches.has('check'),
  });
}

/** Refuses options that exclude each other. Throws USAGE. */
function assertUsage({ values, switches }: Input, plugin: string): void {
  const refusal = (what: string): KernelError => kernelError('USAGE', { what, usage: null, command: 'migrate:create' });
  const [empty, sql] = [switches.has('empty'), values.has('sql')];
  const byHand = empty ? '--empty' : sql ? '--sql' : null;
  const compared = ['empty', 'check', 'sql', 'rename', 'drop'].find((flag) => switches.has(flag) || values.has(flag));
  if (switches.has('repair') && compared !== undefined) {
    throw refusal(`--repair and --${compared} exclude each other; give only one.`);
  }
  if (empty && sql) throw refusal('--empty and --sql exclude each other; give only one.');
  if (byHand !== null && !values.has('name')) {
    throw refusal(`${byHand} needs --name, as in kernel migrate:create ${plugin} ${byHand} --name fill_counts.`);
  }
  if (byHand !== null && values.has('rename')) throw refusal(`--rename applies to entities, which ${byHand} ignores.`);
  if (byHand !== null && values.has('drop')) {
    throw refusal(`--drop adds to the changes of entities, which ${byHand} ignores; drop the object in the SQL.`);
  }
  if (byHand !== null && switches.has('check')) throw refusal(`--check compares entities, which ${byHand} ignores.`);
  const pin = values.get('pin');
  if (pin !== undefined && pin !== 'head') throw refusal(`--pin takes "head", not ${JSON.stringify(pin)}.`);
}
