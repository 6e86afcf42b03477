import { devError } from '../error/dev-codes.ts';
import { resolve } from 'node:path';
import { recordedRevisions } from '../adoption/adoption-history.ts';
import { planAdoption, type Adoption } from '../adoption/adoption.ts';
import { dependencyFinder } from '../authoring/edges.ts';
import { closureOf, partOf } from '../authoring/part.ts';
import { writeRevisionFiles } from '../authoring/revision-file.ts';
import { activePlugin, explainForeign, isKernelError, kernelError, loadBlueprint, openBlueprint, openProgress, readState, revisionGraph, stamp, stampPlan, usageOf, withSession, type Blueprint, type Command, type Config, type Context, type Session, type State } from '@headwater/kernel/internal';
import { readMigrationNames } from '../adoption/migrations-table.ts';
import { adoptionReply, unasked, type AdoptionSubject, type Recorded } from './adoption-reply.ts';

const usualTable = 'mikro_orm_migrations';

/** `kernel migrate:adopt <plugin>`. */
export const migrateAdopt: Command = {
  about:
    'Makes a revision of each MikroORM migration in a folder, and stamps those that the table of migrations in the ' +
    'database says are applied. It runs the classes to collect their SQL, without a database. All files are written or ' +
    'none; migrations that were adopted before are left as they are. The table of migrations is only read, and the ' +
    'tables of the application are not touched.',
  arguments: [{ name: 'plugin', about: 'whose revisions they become', required: true, complete: 'active plugin' }],
  options: [
    { flag: 'from', value: 'folder', about: 'the folder of the migrations' },
    { flag: 'to', value: 'migration', about: 'the last one to adopt; default: all' },
    { flag: 'table', value: 'name', about: `the table of migrations; default: ${usualTable}` },
    { flag: 'files-only', about: 'write the files, and ask no database' },
    { flag: 'dry-run', about: 'show what would be written and stamped, and write nothing' },
  ],
  examples: [
    { line: 'kernel migrate:adopt shop --from src/migrations --dry-run', about: 'to look first' },
    { line: 'kernel migrate:adopt shop --from src/migrations', about: 'on the database that has run them' },
    {
      line: 'kernel migrate:adopt shop --from old --table audit.migrations --json',
      about: 'with a table of another name, and what was done as data',
    },
  ],
  exits: [
    { code: 12, about: 'there is no such plugin, or it is not here in its sources' },
    { code: 13, about: 'a migration cannot be a revision as it is' },
    { code: 15, about: 'the files and the table tell different histories' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  async run({ operands: [name = ''], values, switches }, context) {
    const from = values.get('from');
    if (from === undefined) {
      const usage = usageOf('migrate:adopt', migrateAdopt);
      const what = 'kernel migrate:adopt needs --from <folder>: the folder of the migrations.';
      throw kernelError('USAGE', { what, usage, command: 'migrate:adopt' });
    }
    const { config, blueprint } = await openBlueprint(context);
    const plugin = activePlugin(name, blueprint.set, config);
    const inferDependencies = await dependencyFinder(plugin, partOf(blueprint.set, closureOf(blueprint.set, name)));
    const work = { plugin, from: resolve(context.cwd, from), to: values.get('to'), inferDependencies };
    const adoption = await planAdoption(work);
    const told = { plugin: name, adoption, dryRun: switches.has('dry-run') };
    if (switches.has('files-only')) return adoptionReply({ ...told, ...write(told), ...unasked });
    const table = values.get('table') ?? usualTable;
    return withSession(config.database, async (session) => {
      const found = await findRecorded(session, blueprint, adoption, table);
      const written = write(told);
      if (told.dryRun || found.toStamp.length === 0) return adoptionReply({ ...told, ...found, ...written });
      try {
        const stamped = await stampAll(session, context, config, found.toStamp);
        return adoptionReply({ ...told, ...found, ...written, stamped });
      } catch (thrown) {
        const error = explainForeign(thrown, session);
        if (!isKernelError(error)) throw error;
        return adoptionReply({ ...told, ...found, ...written, error });
      }
    });
  },
};

/** All that could be refused is looked at before the first file is written. */
async function findRecorded(
  session: Session,
  blueprint: Blueprint,
  adoption: Adoption,
  table: string,
): Promise<Recorded> {
  const state = await readState(session, blueprint);
  const { applied } = state.history;
  const names = await readMigrationNames(session, table);
  const recorded = { table, database: session.shown, names: names ?? [] };
  const ids = recordedRevisions(adoption.migrations, recorded, applied);
  const toStamp = ids.filter((id) => !applied.has(id));
  assertStampable(adoption, state, toStamp, recorded);
  return { table: { name: table, there: names !== null }, toStamp, applied };
}

/** A stamp takes the branch up to its target: nothing may be on the way that the table knows nothing of. */
function assertStampable(
  { revisions }: Adoption,
  { graph, history }: State,
  toStamp: readonly string[],
  { table, database }: { readonly table: string; readonly database: string },
): void {
  const drafts = revisions.map(({ draft: { id, revises, dependsOn } }) => ({
    id,
    revises,
    dependsOn: dependsOn.map(({ revision }) => revision),
  }));
  const before = graph.order.map(({ id, revises, dependsOn, dormant }) => ({ id, revises, dependsOn, dormant }));
  const all = stampPlan(revisionGraph([...before, ...drafts]), history.applied, toStamp);
  const others = all.filter((id) => !toStamp.includes(id));
  if (others.length === 0) return;
  const problem = 'knows nothing of revisions that come before what it lists, and are not applied';
  throw devError('ADOPTION_HISTORY_DIFFERS', { table, database, problem, migrations: others });
}

function write({ adoption: { folder, revisions }, dryRun }: AdoptionSubject): { readonly files: readonly string[] } {
  return { files: dryRun || revisions.length === 0 ? [] : writeRevisionFiles(folder, revisions) };
}

/** Reads the plugins again, now with the new files, and stamps what they say. */
async function stampAll(
  session: Session,
  context: Context,
  config: Config,
  targets: readonly string[],
): Promise<readonly string[]> {
  const blueprint = await loadBlueprint(config);
  const { observer, end } = openProgress(context);
  try {
    return (await stamp({ session, blueprint, settings: config.upgrade, observer }, targets)).stamped;
  } finally {
    end();
  }
}
