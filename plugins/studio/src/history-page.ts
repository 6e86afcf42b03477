import { Inspection, type HistoryEntry } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { z } from 'zod';
import { drawLanes } from './lanes-drawing.ts';
import { layOut, type Lanes } from './lanes.ts';
import { definePage } from './studio-page.ts';
import { badge, counted, pluginLink, revisionLink, revisionLinks, table } from './ui.ts';

const states = ['applied', 'pending', 'dormant', 'ahead'] as const;

const historyQuery = z.object({
  q: z.string().trim().max(200).default(''),
  plugin: z.string().max(100).default(''),
  state: z.enum(['', ...states]).catch(''),
  unfold: z.literal('1').optional(),
});

/** The history, as far as a query asks for it. */
export interface HistoryData {
  /** The number of all revisions. */
  readonly total: number;
  /** The names of all plugins with revisions. */
  readonly plugins: readonly string[];
  /** The revisions that the query asks for, each branch from its base to its head. */
  readonly revisions: readonly HistoryEntry[];
  readonly drawing: Lanes;
}

/** Shows the branches with their revisions. */
export const historyPage = definePage({
  path: '/studio/history',
  about: 'Lists the revisions of all branches with their states and dependencies. Fields: q, plugin, state, unfold.',
  query: historyQuery,
  async load({ get, query: { q, plugin, state, unfold } }): Promise<HistoryData> {
    const inspection = get(Inspection);
    const all = await inspection.history();
    const plugins = [...new Set(all.map((entry) => entry.plugin))];
    const words = q.toLowerCase().split(/\s+/);
    const revisions = all.filter(
      (entry) =>
        (plugin === '' || entry.plugin === plugin) &&
        (state === '' || entry.state === state) &&
        words.every((word) => entry.id.includes(word)),
    );
    const around = plugins.includes(plugin) ? plugin : undefined;
    const keep = q === '' && state === '' ? [] : revisions.map(({ id }) => id);
    const drawing = await inspection.graph({ around, fold: unfold !== '1', keep });
    return { total: all.length, plugins, revisions, drawing: layOut(drawing, plugins) };
  },
  view(data, { query: { q, plugin, state, unfold } }) {
    const { total, plugins, revisions, drawing } = data;
    const found = new Set(q === '' && state === '' ? [] : revisions.map(({ id }) => id));
    return {
      title: plugin === '' ? 'History' : `History of ${plugin}`,
      main: html`<h1>History</h1>
        <form class="filters" method="get" role="search">
          <p><label for="q">Search</label> <input id="q" type="search" name="q" value=${q} placeholder="plugin@revision" /></p>
          <p>
            <label for="plugin">Plugin</label>
            <select id="plugin" name="plugin">
              <option value="">All</option>
              ${plugins.map((name) => html`<option selected=${name === plugin}>${name}</option>`)}
            </select>
          </p>
          <p>
            <label for="state">State</label>
            <select id="state" name="state">
              <option value="">All</option>
              ${states.map((name) => html`<option selected=${name === state}>${name}</option>`)}
            </select>
          </p>
          <p class="check">
            <input id="unfold" type="checkbox" name="unfold" value="1" checked=${unfold === '1'} />
            <label for="unfold">Unfold</label>
          </p>
          <p><button>Show</button> <a href="/studio/history">Reset</a></p>
        </form>
        ${legend} ${drawLanes(drawing, found)}
        <h2>${revisions.length === total ? counted(total, 'revision') : `${revisions.length} of ${counted(total, 'revision')}`}</h2>
        ${
          revisions.length === 0
            ? html`<p class="note">No revision matches. <a href="/studio/history">Show all</a>.</p>`
            : revisionsTable(revisions)
        }`,
    };
  },
});

const legend: Html = html`<ul class="legend">
  ${states.map((state) => html`<li>${badge(state)}</li>`)}
  <li class="quiet">◎ breaking</li>
  <li class="quiet">(7) folded revisions</li>
  <li class="quiet">curves are dependencies across plugins</li>
</ul>`;

function revisionsTable(revisions: readonly HistoryEntry[]): Html {
  return table(
    'Revisions',
    ['Revision', 'Plugin', 'State', 'Revises', 'Depends on'],
    revisions.map(({ id, plugin, state, revises, dependsOn, breaking }) => [
      revisionLink(id),
      pluginLink(plugin),
      html`${badge(state ?? 'note', state ?? 'unknown')} ${breaking && html`<span class="quiet">breaking</span>`}`,
      revisionLinks(revises),
      revisionLinks(dependsOn),
    ]),
  );
}
