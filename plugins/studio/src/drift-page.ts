import { Inspection, type Drift } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, none, pluginLink, revisionLink, revisionLinks, table } from './ui.ts';

/** Compares the database with the ledger. */
export const driftPage = definePage({
  path: '/studio/drift',
  about:
    'Returns the objects of applied revisions that are missing in the database, and those that no revision created.',
  load: ({ get }): Promise<Drift> => get(Inspection).drift(),
  view: ({ missing, unknown, unchecked }) => ({
    title: 'Drift',
    main: html`<h1>Drift</h1>
      ${
        missing.length === 0
          ? html`<p class="note good">
              ${badge('good', 'no drift')} The database has everything that its applied revisions created.
            </p>`
          : html`<p class="note bad">
                ${badge('bad', `${counted(missing.length, 'object')} missing`)} Recreate what the revisions created. Their
                pages show the SQL that ran.
              </p>
              ${table(
                'Missing objects',
                ['Object', 'Kind', 'Table', 'Plugin', 'Created by'],
                missing.map(({ kind, name, table: container, plugin, createdBy }) => [
                  html`<span class="mono">${name}</span>`,
                  kind,
                  container === null ? none : html`<span class="mono">${container}</span>`,
                  pluginLink(plugin),
                  revisionLink(createdBy),
                ]),
              )}`
      }
      ${unknown.length > 0 && unknownTable(unknown)}
      ${
        unchecked.length > 0 &&
        html`<h2>Not checked</h2>
          <p>The ledger does not know what these revisions created.</p>
          ${revisionLinks(unchecked)}`
      }`,
  }),
});

function unknownTable(unknown: Drift['unknown']): Html {
  return html`<h2>Created by no applied revision</h2>
    <p>They belong to people or to other tools, and are no drift.</p>
    ${table(
      'Created by no applied revision',
      ['Object', 'Kind'],
      unknown.map(({ kind, name }) => [html`<span class="mono">${name}</span>`, kind]),
    )}`;
}
