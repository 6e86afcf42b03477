import { relative } from 'node:path';
import type { LintFinding, RevisionState } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';

/** Everything that has a badge: states of revisions and plugins, outcomes of runs, results of checks. */
export type BadgeState = RevisionState | 'active' | 'disabled' | 'done' | 'failed' | 'open' | 'good' | 'bad' | 'note';

/** A shape and a color for each state, so that neither is needed to tell them apart. */
const shapes: Readonly<Record<BadgeState, string>> = {
  applied: '●',
  active: '●',
  done: '●',
  good: '●',
  pending: '○',
  open: '◌',
  note: '○',
  dormant: '◐',
  disabled: '–',
  ahead: '▲',
  failed: '✕',
  bad: '✕',
};

/** A state as a shape and a word. */
export function badge(state: BadgeState, text: string = state): Html {
  return html`<span class=${`badge ${state}`}><span aria-hidden="true">${shapes[state]}</span> ${text}</span>`;
}

/** A table in a box that scrolls if the window is too narrow. `null` leaves a cell empty. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<div class="wide" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class="hidden">${caption}</caption>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...cells]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Names with their values. Those whose value is `null` or `false` are left out. */
export function facts(list: readonly (readonly [string, Html])[]): Html {
  return html`<dl class="facts">
    ${list.map(([name, value]) => value !== null && value !== false && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** A number with its meaning. */
export function tile(value: string | number, about: string, href: string): Html {
  return html`<li><a class="tile" href=${href}><strong>${value}</strong> ${about}</a></li>`;
}

/** A link to a revision. */
export function revisionLink(id: string): Html {
  return html`<a class="mono" href=${`/studio/revisions/${encodeURIComponent(id)}`}>${id}</a>`;
}

/** Links to revisions, or a dash. */
export function revisionLinks(ids: readonly string[]): Html {
  return ids.length === 0 ? none : html`<ul class="ids">${ids.map((id) => html`<li>${revisionLink(id)}</li>`)}</ul>`;
}

/** A link to a plugin. */
export function pluginLink(name: string): Html {
  return html`<a href=${`/studio/plugins/${name}`}>${name}</a>`;
}

/** A link to a run, by the first part of its id. */
export function runLink(id: string): Html {
  return html`<a class="mono" href=${`/studio/runs/${id}`}>${id.slice(0, 8)}</a>`;
}

/** Returns a path relative to the working directory, which is the project's folder as a rule. */
export function shownFile(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

/** Stands for nothing. */
export const none: Html = html`<span class="quiet">–</span>`;

/** A time in UTC, to the second. */
export function time(iso: string | null): Html {
  if (iso === null) return none;
  return html`<time datetime=${iso}>${`${iso.slice(0, 10)} ${iso.slice(11, 19)}`}<span class="quiet"> UTC</span></time>`;
}

/** Returns a duration as text: `0.4 ms`, `12 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Returns a size as text: `8.0 kB`, `120 MB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1] ?? ''}`;
}

/** Returns a number with its noun: `1 revision`, `2,000 revisions`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

const levels = { error: 'bad', warning: 'note', info: 'good' } as const;

/** The findings of lint. */
export function findingsTable(findings: readonly LintFinding[]): Html {
  if (findings.length === 0) return html`<p>${badge('good', 'no problems')}</p>`;
  return table(
    'Findings of lint',
    ['Level', 'Revision', 'Rule', 'Finding', 'Safer'],
    findings.map(({ level, revision, rule, message, safer }) => [
      badge(levels[level], level),
      revision === null ? none : revisionLink(revision),
      html`<span class="mono">${rule}</span>`,
      message,
      safer === null ? none : html`<pre class="safer">${safer}</pre>`,
    ]),
  );
}
