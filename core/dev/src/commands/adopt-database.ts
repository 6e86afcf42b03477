import {
  openProgress,
  openRevisionSet,
  type Context,
  type Input,
  type Reply,
} from '@headwater/kernel/internal/command';
import { explainSessionError, readOthers, withSession, type Session } from '@headwater/kernel/internal/database';
import { isKernelError, type KernelError } from '@headwater/kernel/internal/errors';
import { headsAmong } from '@headwater/kernel/internal/graph';
import { readMigrationState } from '@headwater/kernel/internal/migrations';
import { draftFromDatabase } from '../adoption/draft-from-database.ts';
import { journalTables } from '../adoption/journal-tables.ts';
import { closureOf } from '../authoring/plugin-subset.ts';
import { revisionFolder, slugOf, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource } from '../authoring/revision-source.ts';
import { explainUnread } from '../authoring/unread-objects.ts';
import { devError } from '../error/dev-codes.ts';
import { openShadow } from '../shadow/shadow.ts';
import { activePlugin } from './active-plugin.ts';
import { stampAdopted } from './stamp-adopted.ts';

/** Adopts a database without a history: `kernel migrate:adopt <plugin> --from-database`. */
export async function adoptDatabase(
  { operands: [name = ''], values, switches }: Input,
  context: Context,
): Promise<Reply> {
  const { config, revisionSet } = await openRevisionSet(context);
  const { pluginSet } = revisionSet;
  const plugin = activePlugin(name, pluginSet, config);
  const folder = revisionFolder(plugin);
  const dryRun = switches.has('dry-run');
  const journals = journalTables(values.get('table') ?? null);
  const adopt = async (session: Session): Promise<Reply> => {
    const { history } = await readMigrationState(session, revisionSet);
    const known = closureOf(pluginSet, name);
    const others = [...history.applied].filter((id) => !known.has(id.slice(0, id.indexOf('@'))));
    if (others.length > 0) {
      const objects = others.map((id) => `what the revision ${id} created`);
      throw devError('DATABASE_NOT_RECREATABLE', { database: session.shown, plugin: name, objects });
    }
    const applications = await readOthers(session);
    const otherSchemas = applications.flatMap(({ tables, ledger }) => [tables, ledger]);
    const progress = openProgress(context);
    const draft = await draftFromDatabase(
      {
        set: pluginSet,
        plugin,
        openShadow: () => openShadow(values.get('shadow') ?? null, pluginSet.plugins),
        pinHeads: false,
        onStage: progress.stage,
      },
      { session, journals, others: otherSchemas },
    ).finally(progress.end);
    const { revision } = draft;
    const text = revision === null ? null : revisionSource(revision);
    const file =
      revision === null || text === null || dryRun ? null : writeRevisionFile(folder, slugOf(revision.id), text);
    const head = revision?.id ?? headsAmong(plugin.revisions)[0];
    const toStamp = head === undefined || history.applied.has(head) ? [] : [head];
    const outcome = { plugin: name, revision: revision?.id ?? null, file, dryRun, text, unread: draft.unread, toStamp };
    if (dryRun || toStamp.length === 0) return databaseReply(outcome);
    try {
      return databaseReply({ ...outcome, stamped: await stampAdopted(session, context, config, toStamp) });
    } catch (thrown) {
      const error = explainSessionError(thrown, session);
      if (!isKernelError(error)) throw error;
      return databaseReply({ ...outcome, error });
    }
  };
  return withSession(config.database, adopt, config.upgrade.responseTimeout);
}

/** The outcome of a run. */
interface DatabaseOutcome {
  readonly plugin: string;
  /** `null` if the plugin's revisions already create everything in the database. */
  readonly revision: string | null;
  readonly file: string | null;
  readonly dryRun: boolean;
  readonly text: string | null;
  readonly unread: readonly string[];
  readonly toStamp: readonly string[];
  readonly stamped?: readonly string[];
  readonly error?: KernelError;
}

function databaseReply({ error, stamped = [], ...outcome }: DatabaseOutcome): Reply {
  const { revision, file, dryRun, text, unread, toStamp } = outcome;
  const lines = [
    ...(dryRun && text !== null ? [text.trimEnd(), ''] : []),
    ...(revision === null ? ['The revisions already create everything in the database.'] : []),
    ...(revision === null ? [] : [`${revision} recreates the schema of the database, as a shadow has proven.`]),
    ...explainUnread(unread),
    ...(file === null ? [] : [`Written to ${file}.`]),
    ...(dryRun && toStamp.length > 0 ? [`${toStamp.join(', ')} would be stamped as applied.`] : []),
    ...(stamped.length === 0 ? [] : [`${stamped.join(', ')} stamped as applied. Nothing was run.`]),
    ...(revision === null && toStamp.length === 0 ? ['Nothing to do.'] : []),
  ];
  return {
    json: { ...outcome, text: dryRun ? text : undefined, stamped, error: error ?? null },
    text: () => lines.join('\n'),
    ...(error !== undefined && { error }),
  };
}
