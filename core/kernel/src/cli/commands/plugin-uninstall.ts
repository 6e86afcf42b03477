import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { disablePlugin, writeConfig } from '../../config/edit-config.ts';
import { readConfig } from '../../config/read-config.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import type { ExportedFile } from '../../open/export-data.ts';
import { readFootprint, type Footprint } from '../../open/footprint.ts';
import { downgradeProject } from '../../open/migrations.ts';
import { readPlan } from '../../open/plan.ts';
import type { Project } from '../../open/project.ts';
import { exportPlugin } from '../../open/uninstall.ts';
import type { Colors } from '../colors.ts';
import type { Command, Context, Reply } from '../command.ts';
import { columns, counted } from '../format-text.ts';
import { withProject } from '../open-project.ts';
import { openProgress } from '../progress.ts';
import { assertNotPluginZero } from '../plugin-zero.ts';
import { assertNotRequired } from './plugin-disable.ts';

/** `kernel plugin:uninstall <plugin>`. */
export const pluginUninstall: Command = {
  about:
    'Shows what a plugin has in the database: its tables with their rows, its columns on tables of other plugins, and ' +
    'the revisions that depend on it. Writes nothing without --apply. With it, the plugin is disabled in config.json ' +
    'and all its revisions are reverted. This works without its package, with the SQL in the ledger. To keep the ' +
    'data, use plugin:disable.',
  arguments: [{ name: 'plugin', about: "the plugin's name", required: true, complete: 'branch' }],
  options: [
    { flag: 'apply', about: 'do it: drop its tables and columns with their data' },
    { flag: 'cascade', about: 'also revert the revisions of other plugins that depend on it' },
    { flag: 'export', value: 'folder', about: 'first write its rows to files there, a JSON object on each line' },
  ],
  examples: [
    { line: 'kernel plugin:uninstall likes', about: 'see what would be dropped' },
    { line: 'kernel plugin:uninstall likes --export ./likes-data --apply', about: 'keep a copy, then drop it' },
  ],
  exits: [
    { code: 2, about: 'no plugin of that name has applied revisions' },
    { code: 11, about: 'a file cannot be written' },
    { code: 14, about: 'another plugin depends on it, or a revision has no `down`' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 31, about: 'a revision failed and was rolled back; those before it are reverted' },
  ],
  runsPlugins: true,
  async run({ operands: [plugin = ''], switches, values }, context) {
    assertNotPluginZero(plugin, 'uninstalled', 'plugin:uninstall', pluginUninstall);
    const cascade = switches.has('cascade');
    return withProject(context, async (project) => {
      const footprint = await readFootprint(project, plugin);
      const refusal = await refusalOf(project, plugin, cascade);
      const isApplied = switches.has('apply');
      if (isApplied && refusal !== null) throw refusal;
      const after = isApplied && footprint.active ? await disabledConfig(project, plugin, context) : null;
      const folder = values.get('export');
      const exported = folder === undefined ? [] : await exportPlugin(project, plugin, resolve(context.cwd, folder));
      if (!isApplied) return preview(footprint, exported, refusal);
      if (after !== null) writeConfig(project.config.file, after);
      return uninstall(project, footprint, { exported, cascade, disabled: after !== null }, context);
    });
  },
};

/** Returns the error with which its downgrade would be refused; `null` if it would not be. */
async function refusalOf(project: Project, plugin: string, cascade: boolean): Promise<KernelError | null> {
  try {
    await readPlan(project, { down: `${plugin}@base`, cascade });
    return null;
  } catch (error) {
    if (isKernelError(error, 'DOWNGRADE_BLOCKED') || isKernelError(error, 'DOWN_MISSING')) return error;
    throw error;
  }
}

/** Returns the text of config.json without the plugin. Throws if an active plugin requires it. */
async function disabledConfig({ config }: Project, plugin: string, { env }: Context): Promise<string> {
  const after = disablePlugin(readFileSync(config.file, 'utf8'), plugin, config.file);
  await assertNotRequired(plugin, readConfig(config.file, env, after));
  return after;
}

function preview(footprint: Footprint, exported: readonly ExportedFile[], error: KernelError | null): Reply {
  return {
    json: { footprint, exported, disabled: false, reverted: [], error },
    text: (colors) =>
      [
        ...explain(footprint, colors),
        ...explainExport(exported),
        ...(error === null
          ? ['', `Nothing was dropped. To drop all of it: npx kernel plugin:uninstall ${footprint.plugin} --apply`]
          : ['']),
      ].join('\n'),
    ...(error !== null && { error }),
  };
}

async function uninstall(
  project: Project,
  footprint: Footprint,
  { exported, cascade, disabled }: { exported: readonly ExportedFile[]; cascade: boolean; disabled: boolean },
  context: Context,
): Promise<Reply> {
  const { observer, end } = openProgress(context);
  const { plugin } = footprint;
  const { applied, error } = await downgradeProject(project, `${plugin}@base`, { observer, cascade }).finally(end);
  const reverted = applied.map(({ id }) => id);
  return {
    json: { footprint, exported, disabled, reverted, error },
    text: (colors) =>
      [
        ...reverted.map((id) => `${colors.red('-')} ${id}`),
        ...explainExport(exported),
        ...(disabled ? [`${plugin} is disabled in ${project.config.file}.`] : []),
        ...(error === null
          ? [`${plugin} is uninstalled: ${counted(reverted.length, 'revision')} reverted. Its package may be removed.`]
          : []),
      ].join('\n'),
    ...(error !== null && { error }),
  };
}

function explain(footprint: Footprint, colors: Colors): readonly string[] {
  const { plugin, active, revisions, irreversible, unknown, dependents, tables, others } = footprint;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  const byKind = others.map(({ kind, name }) => `${kind} ${name}`).toSorted();
  return [
    `${colors.bold(plugin)} is ${active ? 'active' : 'not active'}, with ${counted(revisions.length, 'applied revision')}.`,
    ...section('Tables', columns(tables.map(({ name, rows }) => [name, counted(rows, 'row')]))),
    ...section(
      'Columns on tables of other plugins',
      columns(
        footprint.columns.map(({ table, name, owner, rows }) => [
          `${table}.${name}`,
          `table of ${owner}`,
          counted(rows, 'value'),
        ]),
      ),
    ),
    ...section('Other objects', byKind),
    ...section(
      'Revisions that depend on it',
      dependents.map(({ id, needs }) => `${id} needs ${needs}`),
    ),
    ...section(colors.yellow('Revisions without a `down`'), irreversible),
    ...section(colors.yellow('Revisions whose objects the ledger does not know'), unknown),
  ];
}

function explainExport(exported: readonly ExportedFile[]): readonly string[] {
  return exported.map(({ file, rows }) => `${counted(rows, 'row')} written to ${file}`);
}
