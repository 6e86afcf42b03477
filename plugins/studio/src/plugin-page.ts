import { Inspection, type BranchStatus, type PluginReport, type SchemaObject } from '@headwater/kernel/plugin';
import { HttpError, html, type Html } from '@headwater/plugin-http';
import { z } from 'zod';
import { definePage } from './studio-page.ts';
import { badge, counted, duration, facts, none, pluginLink, revisionLink, revisionLinks, table } from './ui.ts';

/** A plugin with everything that belongs to it. */
export interface PluginData extends PluginReport {
  readonly branch: BranchStatus | null;
  /** The objects that it owns, in the tables of other plugins too. */
  readonly objects: readonly SchemaObject[];
  /** The names of the active plugins that require it. */
  readonly requiredBy: readonly string[];
}

/** Shows one plugin. */
export const pluginPage = definePage({
  path: '/studio/plugins/:plugin',
  about: 'Returns a plugin: its package, requirements, options, objects, contributions and start.',
  params: z.object({ plugin: z.string() }),
  async load({ get, params }): Promise<PluginData> {
    const inspection = get(Inspection);
    const plugins = await inspection.plugins();
    const plugin = plugins.find(({ name }) => name === params.plugin);
    if (plugin === undefined) throw new HttpError(404, `there is no plugin "${params.plugin}"`);
    const { branches } = await inspection.status();
    const objects = await inspection.objects();
    return {
      ...plugin,
      branch: branches.find((branch) => branch.plugin === plugin.name) ?? null,
      objects: objects.filter((object) => object.plugin === plugin.name),
      requiredBy: plugins.flatMap(({ name, requires }) =>
        requires.some((one) => one.plugin === plugin.name) ? [name] : [],
      ),
    };
  },
  view(plugin) {
    const { name, state, package: from, version, branch, running, requires, requiredBy } = plugin;
    return {
      title: name,
      main: html`<h1>${name} ${badge(state)}</h1>
        ${facts([
          ['Package', from === null ? none : html`<span class="mono">${from}</span>`],
          ['Version', version],
          ['Runs from', plugin.from === 'sources' ? 'its TypeScript sources' : plugin.from === 'built' && 'its build'],
          [
            'Branch',
            branch === null
              ? 'no revisions'
              : html`${counted(branch.applied, 'applied revision')}, <a href=${`/studio/history?plugin=${name}`}>history</a>`,
          ],
          ['Head', branch !== null && branch.current.length > 0 && revisionLinks(branch.current)],
          ['Pending', branch !== null && branch.pending.length > 0 && revisionLinks(branch.pending)],
          [
            'Requires',
            requires.length > 0 &&
              html`<ul class="ids">${requires.map(
                (one) =>
                  html`<li>${pluginLink(one.plugin)} <span class="quiet">${one.range}${one.optional && ', optional'}</span></li>`,
              )}</ul>`,
          ],
          [
            'Required by',
            requiredBy.length > 0 &&
              html`<ul class="ids">${requiredBy.map((one) => html`<li>${pluginLink(one)}</li>`)}</ul>`,
          ],
          ['Import', running?.start ? duration(running.start.importedMs) : null],
          [
            'Start',
            running?.start ? `${duration(running.start.milliseconds)}, after ${duration(running.start.beganMs)}` : null,
          ],
        ])}
        ${state === 'dormant' && html`<p class="note">This plugin is not active. What it left behind is listed below; other plugins keep working.</p>`}
        ${optionsOf(plugin)} ${objectsOf(plugin)} ${contributionsOf(plugin)}`,
    };
  },
});

function optionsOf({ options }: PluginData): Html {
  if (options.length === 0) return null;
  return html`<h2>Options</h2>
    ${table(
      'Options',
      ['Option', 'Value', 'Source', 'Type', 'Meaning'],
      options.map(({ name, value, source, file, variables, schema }) => [
        html`<span class="mono">${name}</span>`,
        value === null ? none : html`<span class="mono">${JSON.stringify(value)}</span>`,
        html`${file === null ? source : file.split(/[/\\]/).at(-1)}${variables.map((one) => html` <span class="mono">${`\${${one}}`}</span>`)}`,
        schema === null
          ? none
          : html`<span class="mono">${typeof schema['type'] === 'string' ? schema['type'] : 'any'}</span>`,
        typeof schema?.['description'] === 'string' ? schema['description'] : none,
      ]),
    )}`;
}

function objectsOf({ name, objects }: PluginData): Html {
  if (objects.length === 0) return null;
  const namesOf = (sort: string): readonly string[] => objects.flatMap((one) => (one.kind === sort ? [one.name] : []));
  const [tables, views] = [namesOf('table'), namesOf('view')];
  const own = new Set([...tables, ...views]);
  const foreign = objects.filter(({ table }) => table !== null && !own.has(table)).length;
  return html`<h2>Objects</h2>
    <p class="quiet">
      ${[
        counted(tables.length, 'table'),
        ...(views.length === 0 ? [] : [counted(views.length, 'view')]),
        `${counted(objects.length, 'object')} in total`,
        ...(foreign === 0 ? [] : [`${foreign} of them in tables of other plugins`]),
      ].join(', ')}.
    </p>
    ${table(
      `Objects of ${name}`,
      ['Object', 'Kind', 'In', 'Created by', 'Last changed by'],
      objects.map(({ kind, name: object, table, createdBy, changedBy }) => [
        html`<span class="mono">${object}</span>`,
        kind,
        table === null ? none : html`<span class="mono">${table}</span>`,
        revisionLink(createdBy),
        changedBy === createdBy ? none : revisionLink(changedBy),
      ]),
    )}`;
}

function contributionsOf({ running }: PluginData): Html {
  if (running === null) return null;
  const { binds, decorates, contributes } = running;
  if (binds.length + decorates.length + contributes.length === 0) return null;
  const rows = [
    ...binds.map((token) => [html`<span class="mono">${token}</span>`, 'binds', none]),
    ...decorates.map((token) => [html`<span class="mono">${token}</span>`, 'wraps', none]),
    ...contributes.map(({ point, key }) => [
      html`<span class="mono">${point}</span>`,
      'contributes',
      key === null ? none : html`<span class="mono">${key}</span>`,
    ]),
  ];
  return html`<h2>Services and contributions</h2>
    ${table('Services and contributions', ['Name', 'What it does', 'Item'], rows)}`;
}
