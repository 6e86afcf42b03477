import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openRevisionSet, type Context, type Input, type Reply } from '@headwater/kernel/internal/command';
import type { Config } from '@headwater/kernel/internal/config';
import { explainSessionError, withSession, type Session } from '@headwater/kernel/internal/database';
import { isKernelError, kernelError } from '@headwater/kernel/internal/errors';
import { revisionGraph, stampPlan } from '@headwater/kernel/internal/graph';
import { readMigrationState, type MigrationState, type RevisionSet } from '@headwater/kernel/internal/migrations';
import { assertDependenciesRequired, type Plugin, type PluginSet } from '@headwater/kernel/internal/plugins';
import { openDependencies } from '../adoption/adopted-dependencies.ts';
import { adoptedRevisions } from '../adoption/adopted-revisions.ts';
import { declaredOwners } from '../adoption/declared-owners.ts';
import type { HistorySource } from '../adoption/history-source.ts';
import { readJournal } from '../adoption/journal.ts';
import { planAdoption, type Adoption } from '../adoption/plan-adoption.ts';
import { recordedRevisions } from '../adoption/recorded-revisions.ts';
import { historySources } from '../adoption/sources.ts';
import { openSplitter, type StatementSplitter } from '../adoption/split-statements.ts';
import { writeAdoption } from '../adoption/write-adoption.ts';
import { entitiesOf, openPluginLoader } from '../authoring/load-entities.ts';
import { closureOf, subsetOf, type PluginSubset } from '../authoring/plugin-subset.ts';
import { revisionOf } from '../authoring/prove-draft.ts';
import { devError } from '../error/dev-codes.ts';
import { activePlugin } from './active-plugin.ts';
import { adoptionReply, withoutDatabase, type RecordedState } from './adoption-reply.ts';
import { stampAdopted } from './stamp-adopted.ts';

/** Adopts the history of a tool: `kernel migrate:adopt <plugin> --from <tool> [folder]`. */
export async function adoptHistory(input: Input, context: Context): Promise<Reply> {
  const { values, switches } = input;
  const { config, revisionSet } = await openRevisionSet(context);
  const plugins = pluginsOf(input, revisionSet.pluginSet, config);
  const history = historyOf(input, context.cwd);
  const { pluginSet } = revisionSet;
  const names = new Set(plugins.flatMap(({ name }) => [...closureOf(pluginSet, name)]));
  const required = subsetOf(pluginSet, names);
  const dependencies = await openDependencies(required.revisions);
  const adoption = await planAdoption({
    plugins,
    ...history,
    to: values.get('to'),
    findDependencies: dependencies.find,
    onDraft: dependencies.add,
    ...(plugins.length > 1 && { splitter: await splitterOf(plugins, required) }),
  });
  assertRequired(adoption, plugins, revisionSet);
  const subject = { plugin: plugins[0].name, adoption, dryRun: switches.has('dry-run') };
  const writeFiles = (): { readonly files: readonly string[] } => ({
    files: subject.dryRun ? [] : writeAdoption(adoption.revisions),
  });
  if (switches.has('files-only')) return adoptionReply({ ...subject, ...writeFiles(), ...withoutDatabase });
  const journal = { ...history.source.journal, table: values.get('table') ?? history.source.journal.table };
  const adopt = async (session: Session): Promise<Reply> => {
    const isShared = switches.has('shared');
    const source = { ...history.source, journal };
    const recorded = await readRecordedState(session, { revisionSet, adoption, source, isShared });
    const outcome = { ...subject, ...recorded, ...writeFiles() };
    if (subject.dryRun || recorded.toStamp.length === 0) return adoptionReply(outcome);
    try {
      return adoptionReply({ ...outcome, stamped: await stampAdopted(session, context, config, recorded.toStamp) });
    } catch (thrown) {
      const error = explainSessionError(thrown, session);
      if (!isKernelError(error)) throw error;
      return adoptionReply({ ...outcome, error });
    }
  };
  return withSession(config.database, adopt, config.upgrade.responseTimeout);
}

/** The plugins that the argument and `--split` name. Throws PLUGIN_NOT_ACTIVE and USAGE. */
function pluginsOf(
  { operands: [name = ''], values }: Input,
  set: PluginSet,
  config: Config,
): readonly [Plugin, ...Plugin[]] {
  const more =
    values
      .get('split')
      ?.split(',')
      .map((one) => one.trim()) ?? [];
  const twice = more.find((one, i) => one === name || more.indexOf(one) < i);
  if (twice !== undefined) {
    const what = `kernel migrate:adopt ${name}: --split names the plugin "${twice}" twice.`;
    throw kernelError('USAGE', { what, usage: null, command: 'migrate:adopt' });
  }
  return [activePlugin(name, set, config), ...more.map((one) => activePlugin(one, set, config))];
}

/** The tool and the folder that `--from` and the argument name. Throws USAGE. */
function historyOf(
  { operands: [name = '', folder], values }: Input,
  cwd: string,
): { readonly source: HistorySource; readonly from: string } {
  const from = values.get('from') ?? '';
  const source = historySources.get(from);
  if (source !== undefined) return { source, from: resolve(cwd, folder ?? defaultFolder(source, cwd)) };
  const mikroOrm = historySources.get('mikro-orm');
  if (mikroOrm !== undefined && folder === undefined) return { source: mikroOrm, from: resolve(cwd, from) };
  const what = `kernel migrate:adopt ${name}: "${from}" is not a tool whose history can be adopted (${[...historySources.keys()].join(', ')}).`;
  throw kernelError('USAGE', { what, usage: null, command: 'migrate:adopt' });
}

/** The tool's default folder, in the project or in its sources. */
function defaultFolder({ folder }: HistorySource, cwd: string): string {
  return !existsSync(join(cwd, folder)) && existsSync(join(cwd, 'src', folder)) ? join('src', folder) : folder;
}

/** Returns a splitter that knows what the entities of the plugins declare. */
async function splitterOf(plugins: readonly [Plugin, ...Plugin[]], required: PluginSubset): Promise<StatementSplitter> {
  const { ownership } = await entitiesOf(required, openPluginLoader());
  return openSplitter(plugins[0].name, declaredOwners(ownership, new Set(plugins.map(({ name }) => name))));
}

/** Refuses drafts that depend on plugins that are not required, since the plugin could not be loaded with them. */
function assertRequired({ revisions }: Adoption, plugins: readonly Plugin[], { packages }: RevisionSet): void {
  for (const plugin of plugins) {
    const own = revisions.filter(({ draft }) => draft.id.startsWith(`${plugin.name}@`));
    const added = own.map(({ draft, folder, slug }) => ({
      ...revisionOf(plugin, draft),
      file: join(folder, `${slug}.ts`),
    }));
    assertDependenciesRequired({ requires: plugin.requires, revisions: added }, packages);
  }
}

/** The database's side of an adoption. */
interface RecordedSubject {
  readonly revisionSet: RevisionSet;
  readonly adoption: Adoption;
  /** The tool, with the table that the user named. */
  readonly source: HistorySource;
  /** Whether the table has names of histories in other folders. */
  readonly isShared: boolean;
}

/** Reads the table and the ledger, and makes every check that could refuse the run before the first file is written. */
async function readRecordedState(
  session: Session,
  { revisionSet, adoption, source: { journal, title }, isShared }: RecordedSubject,
): Promise<RecordedState> {
  const state = await readMigrationState(session, revisionSet);
  const { applied } = state.history;
  const { table } = journal;
  const names = await readJournal(session, table, journal);
  const elsewhere = new Set(
    revisionSet.pluginSet.plugins.flatMap((plugin) => [...adoptedRevisions(plugin, title).keys()]),
  );
  const isElsewhere = (name: string): boolean => isShared || elsewhere.has(name);
  const recorded = { table, database: session.shown, names: names ?? [], isElsewhere };
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
