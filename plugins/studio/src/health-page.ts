import { Inspection, type Status } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, duration, pluginLink, revisionLink, table, tile } from './ui.ts';

/** The health of an application. */
export interface HealthData {
  readonly database: { readonly name: string; readonly milliseconds: number };
  readonly ledger: { readonly applied: number; readonly runs: number };
  readonly plugins: { readonly active: number; readonly started: number; readonly dormant: number };
  readonly schema: Pick<Status, 'pending' | 'dormant' | 'ahead'> & { readonly revisions: number };
  /** The error with which an upgrade would refuse the database; `null` if there is none. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** Shows the health of the application. */
export const healthPage = definePage({
  path: '/studio',
  about: 'Returns the health of the application: its database, ledger, plugins and schema.',
  async load({ get }): Promise<HealthData> {
    const inspection = get(Inspection);
    const began = performance.now();
    const status = await inspection.status();
    const milliseconds = performance.now() - began;
    const plugins = await inspection.plugins();
    const history = await inspection.history();
    const runs = await inspection.runs();
    const { database, branches, pending, dormant, ahead, error } = status;
    const active = plugins.filter(({ state }) => state === 'active');
    return {
      database: { name: database, milliseconds },
      ledger: { applied: branches.reduce((sum, { applied }) => sum + applied, 0), runs: runs.length },
      plugins: {
        active: active.length,
        started: active.filter(({ running }) => running?.start !== null && running !== null).length,
        dormant: plugins.filter(({ state }) => state === 'dormant').length,
      },
      schema: { revisions: history.length, pending, dormant, ahead },
      error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
    };
  },
  view({ database, ledger, plugins, schema, error }) {
    const checks: readonly (readonly Html[])[] = [
      ['Database', badge('good', 'answers'), `It answered within ${duration(database.milliseconds)}.`],
      [
        'Ledger',
        error === null ? badge('good', 'readable') : badge('bad', error.code),
        error === null ? `${counted(ledger.applied, 'revision')} in it.` : html`${error.message} ${error.hint}`,
      ],
      [
        'Plugins',
        plugins.started === plugins.active ? badge('good', 'started') : badge('note', 'starting'),
        `${plugins.started} of ${plugins.active} have started.`,
      ],
      [
        'Schema',
        schema.pending.length === 0 ? badge('good', 'up to date') : badge('pending'),
        schema.pending.length === 0
          ? 'Every revision of the active plugins is applied.'
          : `${counted(schema.pending.length, 'revision')} would be applied by the next start.`,
      ],
    ];
    const unknown = [...branchesIn('dormant', schema.dormant), ...branchesIn('ahead', schema.ahead)];
    return {
      title: 'Health',
      main: html`<h1>Health</h1>
        <ul class="tiles">
          ${tile(plugins.active, plugins.active === 1 ? 'active plugin' : 'active plugins', '/studio/plugins')}
          ${tile(ledger.applied, 'applied', '/studio/history?state=applied')}
          ${tile(schema.pending.length, 'pending', '/studio/plan')}
          ${tile(schema.dormant.length, 'dormant', '/studio/history?state=dormant')}
          ${tile(schema.ahead.length, 'ahead', '/studio/history?state=ahead')}
        </ul>
        ${table('Checks', ['Part', 'Result', 'Detail'], checks)}
        ${unknown.length > 0 && unknownTable(unknown)}`,
    };
  },
});

/** Revisions of one branch that the active plugins do not know. */
interface UnknownBranch {
  readonly state: 'dormant' | 'ahead';
  readonly plugin: string;
  readonly ids: readonly string[];
}

function branchesIn(state: UnknownBranch['state'], all: readonly string[]): readonly UnknownBranch[] {
  const branches = Map.groupBy(all, (id) => id.slice(0, id.indexOf('@')));
  return Array.from(branches, ([plugin, ids]) => ({ state, plugin, ids }));
}

function unknownTable(branches: readonly UnknownBranch[]): Html {
  return html`<h2>Unknown to the active plugins</h2>
    ${table(
      'Unknown to the active plugins',
      ['Plugin', 'State', 'Revisions', 'Latest'],
      branches.map(({ state, plugin, ids }) => [
        pluginLink(plugin),
        badge(state),
        ids.length,
        revisionLink(ids.at(-1) ?? ''),
      ]),
    )}`;
}
