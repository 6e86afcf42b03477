import { Inspection, type BranchStatus, type Footprint, type PluginReport } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, duration, none, pluginLink, revisionLinks, table } from './ui.ts';

/** A plugin in the list. */
export interface ListedPlugin extends PluginReport {
  /** Its branch; `null` if it has no revisions and never had. */
  readonly branch: BranchStatus | null;
  /** The numbers of tables and columns that it owns. */
  readonly tables: number;
  readonly columns: number;
  /** What a dormant plugin left behind; `null` for the others, whose tables may be large and are not counted. */
  readonly footprint: Footprint | null;
}

/** Lists the plugins. */
export const pluginsPage = definePage({
  path: '/studio/plugins',
  about: 'Lists the plugins: the active ones, those that the config disables, and the dormant ones.',
  async load({ get }): Promise<{ readonly plugins: readonly ListedPlugin[] }> {
    const inspection = get(Inspection);
    const [plugins, { branches }, objects] = [
      await inspection.plugins(),
      await inspection.status(),
      await inspection.objects(),
    ];
    const owned = (plugin: string, kind: string): number =>
      objects.filter((object) => object.plugin === plugin && object.kind === kind).length;
    const listed = plugins.map(async (plugin): Promise<ListedPlugin> => ({
      ...plugin,
      branch: branches.find((branch) => branch.plugin === plugin.name) ?? null,
      tables: owned(plugin.name, 'table'),
      columns: owned(plugin.name, 'column'),
      footprint: plugin.state === 'dormant' ? await inspection.footprint(plugin.name) : null,
    }));
    return { plugins: await Promise.all(listed) };
  },
  view: ({ plugins }) => ({
    title: 'Plugins',
    main: html`<h1>Plugins</h1>
      ${table(
        'Plugins',
        ['Plugin', 'State', 'Package', 'Version', 'Applied', 'Pending', 'Tables', 'Columns', 'Start'],
        plugins.map(({ name, state, package: from, version, branch, tables, columns, running }) => [
          pluginLink(name),
          badge(state),
          from === null ? none : html`<span class="mono">${from}</span>`,
          version ?? none,
          branch?.applied ?? 0,
          (branch?.pending.length ?? 0) === 0 ? '0' : badge('pending', String(branch?.pending.length)),
          tables,
          columns,
          running?.start ? duration(running.start.milliseconds) : none,
        ]),
      )}
      ${leftBehind(plugins.flatMap(({ footprint }) => footprint ?? []))}`,
  }),
});

function leftBehind(footprints: readonly Footprint[]): Html {
  if (footprints.length === 0) return null;
  return html`<h2>Left behind by dormant plugins</h2>
    ${table(
      'Left behind by dormant plugins',
      ['Plugin', 'Tables', 'Columns on other tables', 'Other objects', 'Needed by'],
      footprints.map(({ plugin, tables, columns, others, dependents }) => [
        pluginLink(plugin),
        names(tables.map(({ name, rows }) => [name, counted(rows, 'row')])),
        names(columns.map(({ table: on, name, rows }) => [`${on}.${name}`, counted(rows, 'value')])),
        names(others.map(({ kind, name }) => [name, kind])),
        revisionLinks([...new Set(dependents.map(({ id }) => id))]),
      ]),
    )}
    <p class="quiet">
      ${'Activate a plugin again with '}<code>npx kernel plugin:enable</code>${', or export and drop all of this with '}
      <code>npx kernel plugin:uninstall</code>.
    </p>`;
}

function names(list: readonly (readonly [name: string, about: string])[]): Html {
  if (list.length === 0) return none;
  return html`<ul class="ids">
    ${list.map(([name, about]) => html`<li><span class="mono">${name}</span> <span class="quiet">${about}</span></li>`)}
  </ul>`;
}
