import { Inspection, type RecordedRehearsal, type Rehearsal, type WorstLock } from '@headwater/kernel/plugin';
import { HttpError, html, type Html } from '@headwater/plugin-http';
import { z } from 'zod';
import { definePage } from './studio-page.ts';
import {
  badge,
  counted,
  duration,
  facts,
  none,
  pluginLink,
  revisionLink,
  revisionLinks,
  size,
  table,
  time,
} from './ui.ts';

/** One rehearsal in a list. */
export interface ListedRehearsal {
  /** The name of its file without `.json`. */
  readonly name: string;
  /** `null` if the file cannot be read as a rehearsal of this version. */
  readonly summary: {
    readonly startedAt: string;
    readonly database: string;
    readonly serverVersion: string;
    readonly applied: number;
    readonly planned: number;
    /** The code of the error that ended it. */
    readonly error: string | null;
    readonly worst: WorstLock | null;
  } | null;
}

/** Lists the recorded rehearsals. */
export const rehearsalsPage = definePage({
  path: '/studio/rehearsals',
  about: 'Lists the rehearsals that kernel migrate:rehearse has recorded in the folder of the project, newest first.',
  load: async ({ get }): Promise<{ readonly rehearsals: readonly ListedRehearsal[] }> => ({
    rehearsals: (await get(Inspection).rehearsals()).map(listed),
  }),
  view: ({ rehearsals }) => ({
    title: 'Rehearsals',
    main: html`<h1>Rehearsals</h1>
      <p>
        A rehearsal upgrades a copy of the database, and reports the locks, rewrites and rows of each revision:
        <code>npx kernel migrate:rehearse --on postgres://user@host/copy</code>
      </p>
      ${
        rehearsals.length === 0
          ? html`<p class="note">No rehearsal is recorded in this project.</p>`
          : table(
              'Rehearsals',
              ['Started', 'Outcome', 'Revisions', 'Strongest lock', 'Copy', 'PostgreSQL'],
              rehearsals.map(({ name, summary }) =>
                summary === null
                  ? [html`<span class="mono">${name}</span>`, badge('note', 'not readable'), none, none, none, none]
                  : [
                      html`<a href=${`/studio/rehearsals/${name}`}>${time(summary.startedAt)}</a>`,
                      outcomeOf(summary.error),
                      `${summary.applied} of ${summary.planned}`,
                      summary.worst === null
                        ? none
                        : html`${modeName(summary.worst.mode)} on ${mono(summary.worst.table)}`,
                      mono(summary.database),
                      summary.serverVersion,
                    ],
              ),
            )
      }`,
  }),
});

function listed({ name, rehearsal }: RecordedRehearsal): ListedRehearsal {
  if (rehearsal === null) return { name, summary: null };
  const { startedAt, database, serverVersion, steps, notRun, worst, error } = rehearsal;
  const applied = steps.filter(({ outcome }) => outcome === 'committed').length;
  const planned = steps.length + notRun.length;
  const summary = {
    startedAt,
    database,
    serverVersion,
    applied,
    planned,
    error: error?.code ?? null,
    worst: worst[0] ?? null,
  };
  return { name, summary };
}

/** Shows one rehearsal. */
export const rehearsalPage = definePage({
  path: '/studio/rehearsals/:rehearsal',
  about: 'Returns a recorded rehearsal with the locks, rewrites and rows of its steps.',
  params: z.object({ rehearsal: z.string().max(200) }),
  async load({ get, params }): Promise<Rehearsal> {
    const found = (await get(Inspection).rehearsals()).find(({ name }) => name === params.rehearsal);
    if (found === undefined) throw new HttpError(404, 'there is no such rehearsal');
    if (found.rehearsal === null) throw new HttpError(404, 'the file of this rehearsal cannot be read by this version');
    return found.rehearsal;
  },
  view: (rehearsal) => ({
    title: `Rehearsal of ${rehearsal.startedAt.slice(0, 10)}`,
    main: html`<h1>Rehearsal ${outcomeOf(rehearsal.error?.code ?? null)}</h1>
      ${facts([
        ['Started', time(rehearsal.startedAt)],
        ['Copy', mono(rehearsal.database)],
        ['PostgreSQL', rehearsal.serverVersion],
        ['Kernel', rehearsal.kernelVersion],
        ['Run on the copy', mono(rehearsal.runId)],
      ])}
      ${
        rehearsal.error !== null &&
        html`<div class="note bad"><p>${badge('bad', rehearsal.error.code)} ${rehearsal.error.message}</p><p>${rehearsal.error.hint}</p></div>`
      }
      <p class="note">Times on a copy are no promise: it has other hardware, no load, and nobody waits.</p>
      ${worstTable(rehearsal)} ${stepsTable(rehearsal)} ${locksTable(rehearsal)} ${rewritesTable(rehearsal)}
      ${rowsTable(rehearsal)}
      ${
        rehearsal.notRun.length > 0 &&
        html`<h2>Not reached</h2>
          ${revisionLinks(rehearsal.notRun)}`
      }`,
  }),
});

function worstTable({ worst }: Rehearsal): Html {
  if (worst.length === 0) return null;
  return html`<h2>Strongest lock of each table</h2>
    ${table(
      'Strongest lock of each table',
      ['Table', 'Plugin', 'Lock', 'Blocks', 'Held at most', 'Revision'],
      worst.map(({ table: name, plugin, mode, blocks, atMostMs, revision }) => [
        mono(name),
        plugin === null ? none : pluginLink(plugin),
        modeName(mode),
        blocked(blocks),
        duration(atMostMs),
        revisionLink(revision),
      ]),
    )}`;
}

function stepsTable({ steps }: Rehearsal): Html {
  return html`<h2>${counted(steps.length, 'step')}</h2>
    ${table(
      'Steps',
      ['No.', 'Revision', 'Outcome', 'Took', 'Locks'],
      steps.map(({ revision, outcome, milliseconds, complete, locks }, i) => [
        i + 1,
        revisionLink(revision),
        badge(outcome === 'committed' ? 'done' : 'failed', outcome),
        duration(milliseconds),
        locks === null
          ? 'could not be read'
          : complete
            ? counted(locks.length, 'lock')
            : `${counted(locks.length, 'lock')}, sampled`,
      ]),
    )}`;
}

function locksTable({ steps }: Rehearsal): Html {
  const all = steps.flatMap(({ revision, locks }) => (locks ?? []).map((lock) => ({ revision, ...lock })));
  if (all.length === 0) return null;
  return html`<h2>Locks</h2>
    ${table(
      'Locks',
      ['Revision', 'On', 'Kind', 'Plugin', 'Lock', 'Blocks', 'Held at most'],
      all.map(({ revision, name, kind, plugin, mode, blocks, atMostMs }) => [
        revisionLink(revision),
        mono(name),
        kind,
        plugin === null ? none : pluginLink(plugin),
        modeName(mode),
        blocked(blocks),
        duration(atMostMs),
      ]),
    )}`;
}

function rewritesTable({ steps }: Rehearsal): Html {
  const all = steps.flatMap(({ revision, rewrites }) => rewrites.map((rewrite) => ({ revision, ...rewrite })));
  if (all.length === 0) return null;
  return html`<h2>Rewrites</h2>
    ${table(
      'Rewrites',
      ['Revision', 'What', 'Kind', 'Outcome', 'Before', 'After'],
      all.map(({ revision, name, kind, outcome, bytesBefore, bytesAfter }) => [
        revisionLink(revision),
        mono(name),
        kind,
        badge(outcome === 'rewritten' ? 'bad' : 'note', outcome),
        size(bytesBefore),
        size(bytesAfter),
      ]),
    )}`;
}

function rowsTable({ steps }: Rehearsal): Html {
  const all = steps.flatMap(({ revision, rows }) => (rows ?? []).map((counts) => ({ revision, ...counts })));
  if (all.length === 0) return null;
  return html`<h2>Rows</h2>
    ${table(
      'Rows',
      ['Revision', 'Table', 'Inserted', 'Updated', 'Deleted'],
      all.map(({ revision, table: name, inserted, updated, deleted }) => [
        revisionLink(revision),
        mono(name),
        inserted.toLocaleString('en-US'),
        updated.toLocaleString('en-US'),
        deleted.toLocaleString('en-US'),
      ]),
    )}`;
}

function outcomeOf(error: string | null): Html {
  return error === null ? badge('done') : badge('failed');
}

function blocked(blocks: WorstLock['blocks']): Html {
  if (blocks === null) return none;
  return badge(blocks === 'writes' ? 'note' : 'bad', blocks);
}

/** Returns the name of a mode in SQL: ACCESS EXCLUSIVE. */
function modeName(mode: WorstLock['mode']): string {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function mono(text: string): Html {
  return html`<span class="mono">${text}</span>`;
}
