import { resolve } from 'node:path';
import {
  openRevisionSet,
  openProgress,
  usageOf,
  type Command,
  type Context,
  type Reply,
} from '@headwater/kernel/internal/command';
import type { Config } from '@headwater/kernel/internal/config';
import { explainSessionError, withSession, type Session } from '@headwater/kernel/internal/database';
import { isKernelError, kernelError } from '@headwater/kernel/internal/errors';
import { revisionGraph, stampPlan } from '@headwater/kernel/internal/graph';
import {
  loadRevisionSet,
  readMigrationState,
  stamp,
  type RevisionSet,
  type MigrationState,
} from '@headwater/kernel/internal/migrations';
import { activePlugin } from './active-plugin.ts';
import { readMigrationNames } from '../adoption/migrations-table.ts';
import { planAdoption, type Adoption } from '../adoption/plan-adoption.ts';
import { recordedRevisions } from '../adoption/recorded-revisions.ts';
import { dependencyFinder } from '../authoring/infer-edges.ts';
import { closureOf, subsetOf } from '../authoring/plugin-subset.ts';
import { writeRevisionFiles } from '../authoring/revision-file.ts';
import { devError } from '../error/dev-codes.ts';
import { adoptionReply, withoutDatabase, type AdoptionSubject, type RecordedState } from './adoption-reply.ts';

const defaultTable = 'mikro_orm_migrations';

/** `kernel migrate:adopt <plugin>`. */
export const migrateAdopt: Command = {
  about:
    "Turns the MikroORM migrations in a folder into a plugin's revisions, and stamps the revisions that MikroORM's table " +
    'in the database records as applied. It runs the migration classes to collect their SQL, without a database. It ' +
    'writes all files or none, and skips migrations that it has already adopted. It only reads the table of migrations ' +
    "and does not touch the application's tables.",
  arguments: [
    { name: 'plugin', about: 'the plugin that gets the revisions', required: true, complete: 'active plugin' },
  ],
  options: [
    { flag: 'from', value: 'folder', about: 'the folder of the migrations' },
    { flag: 'to', value: 'migration', about: 'the last migration to adopt; default: all' },
    { flag: 'table', value: 'name', about: `the table of migrations; default: ${defaultTable}` },
    { flag: 'files-only', about: 'write the files without connecting to the database' },
    { flag: 'dry-run', about: 'show the files and stamps, but write nothing' },
  ],
  examples: [
    { line: 'kernel migrate:adopt shop --from src/migrations --dry-run', about: 'to preview' },
    { line: 'kernel migrate:adopt shop --from src/migrations', about: 'on a database that has run them' },
    {
      line: 'kernel migrate:adopt shop --from old --table audit.migrations --json',
      about: 'with another table, and the outcome as data',
    },
  ],
  exits: [
    { code: 12, about: 'the plugin is not active, or its sources are not in this workspace' },
    { code: 13, about: 'a migration cannot be adopted as it is' },
    { code: 15, about: 'the files and the table disagree about the history' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  async run({ operands: [name = ''], values, switches }, context) {
    const from = values.get('from');
    if (from === undefined) {
      const usage = usageOf('migrate:adopt', migrateAdopt);
      const what = 'kernel migrate:adopt needs --from <folder>: the folder of the migrations.';
      throw kernelError('USAGE', { what, usage, command: 'migrate:adopt' });
    }
    const { config, revisionSet } = await openRevisionSet(context);
    const plugin = activePlugin(name, revisionSet.pluginSet, config);
    const findDependencies = await dependencyFinder(
      plugin,
      subsetOf(revisionSet.pluginSet, closureOf(revisionSet.pluginSet, name)),
    );
    const options = { plugin, from: resolve(context.cwd, from), to: values.get('to'), findDependencies };
    const adoption = await planAdoption(options);
    const subject = { plugin: name, adoption, dryRun: switches.has('dry-run') };
    if (switches.has('files-only')) return adoptionReply({ ...subject, ...writeFiles(subject), ...withoutDatabase });
    const table = values.get('table') ?? defaultTable;
    const adopt = async (session: Session): Promise<Reply> => {
      const recorded = await readRecordedState(session, revisionSet, adoption, table);
      const outcome = { ...subject, ...recorded, ...writeFiles(subject) };
      if (subject.dryRun || recorded.toStamp.length === 0) return adoptionReply(outcome);
      try {
        const stamped = await stampAll(session, context, config, recorded.toStamp);
        return adoptionReply({ ...outcome, stamped });
      } catch (thrown) {
        const error = explainSessionError(thrown, session);
        if (!isKernelError(error)) throw error;
        return adoptionReply({ ...outcome, error });
      }
    };
    return withSession(config.database, adopt, config.upgrade.responseTimeout);
  },
};

/** Reads the table and the ledger, and makes every check that could refuse the run before the first file is written. */
async function readRecordedState(
  session: Session,
  revisionSet: RevisionSet,
  adoption: Adoption,
  table: string,
): Promise<RecordedState> {
  const state = await readMigrationState(session, revisionSet);
  const { applied } = state.history;
  const names = await readMigrationNames(session, table);
  const recorded = { table, database: session.shown, names: names ?? [] };
  const ids = recordedRevisions(adoption.migrations, recorded, applied);
  const toStamp = ids.filter((id) => !applied.has(id));
  assertStampable(adoption, state, toStamp, recorded);
  return { table: { name: table, there: names !== null }, toStamp, applied };
}

/** Checks that the table records every revision up to the last one to stamp, since a stamp covers them all. */
function assertStampable(
  { revisions }: Adoption,
  { graph, history }: MigrationState,
  toStamp: readonly string[],
  { table, database }: { readonly table: string; readonly database: string },
): void {
  const drafts = revisions.map(({ draft: { id, revises, dependsOn } }) => ({
    id,
    revises,
    dependsOn: dependsOn.map(({ revision }) => revision),
  }));
  const existing = graph.order.map(({ id, revises, dependsOn, dormant }) => ({ id, revises, dependsOn, dormant }));
  const all = stampPlan(revisionGraph([...existing, ...drafts]), history.applied, toStamp);
  const others = all.filter((id) => !toStamp.includes(id));
  if (others.length === 0) return;
  const problem = 'does not record these unapplied revisions, which precede the ones that it does record';
  throw devError('ADOPTION_HISTORY_DIFFERS', { table, database, problem, migrations: others });
}

function writeFiles({ adoption: { folder, revisions }, dryRun }: AdoptionSubject): {
  readonly files: readonly string[];
} {
  return { files: dryRun || revisions.length === 0 ? [] : writeRevisionFiles(folder, revisions) };
}

/** Reloads the plugins with the new files, and stamps their revisions. */
async function stampAll(
  session: Session,
  context: Context,
  config: Config,
  targets: readonly string[],
): Promise<readonly string[]> {
  const revisionSet = await loadRevisionSet(config);
  const { observer, end } = openProgress(context);
  try {
    return (await stamp({ session, revisionSet, settings: config.upgrade, observer }, targets)).stamped;
  } finally {
    end();
  }
}
