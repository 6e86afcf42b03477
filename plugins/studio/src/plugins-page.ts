import { Inspection, type BranchStatus, type PluginReport } from '@headwater/kernel/plugin';
import { html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, duration, none, pluginLink, table } from './ui.ts';

/** A plugin in the list. */
export interface ListedPlugin extends PluginReport {
  /** Its branch; `null` if it has no revisions and never had. */
  readonly branch: BranchStatus | null;
  /** The numbers of tables and columns that it owns. */
  readonly tables: number;
  readonly columns: number;
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
    return {
      plugins: plugins.map((plugin) => ({
        ...plugin,
        branch: branches.find((branch) => branch.plugin === plugin.name) ?? null,
        tables: owned(plugin.name, 'table'),
        columns: owned(plugin.name, 'column'),
      })),
    };
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
      <p class="quiet">
        ${'A dormant plugin is not active, but its tables, columns and data stay. Activate it again with '}
        <code>npx kernel plugin:enable</code>${', or remove what it left behind with '}
        <code>npx kernel plugin:uninstall</code>.
      </p>`,
  }),
});
