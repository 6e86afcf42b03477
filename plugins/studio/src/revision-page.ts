import {
  Inspection,
  type LintFinding,
  type PendingReason,
  type RecordedRun,
  type SchemaObject,
  type ShownRevision,
} from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { z } from 'zod';
import { placeIn, type Place } from './place.ts';
import { dedent, splitSql, sqlText, type SqlPiece } from './sql-text.ts';
import { definePage } from './studio-page.ts';
import {
  badge,
  duration,
  facts,
  findingsTable,
  none,
  pluginLink,
  revisionLink,
  revisionLinks,
  runLink,
  shownFile,
  table,
  time,
} from './ui.ts';

/** A revision with everything that is known about it. */
export interface RevisionData {
  readonly revision: ShownRevision;
  /** The revisions that revise it or depend on it. */
  readonly neededBy: readonly string[];
  /** The run that applied it, without its steps; `null` if it is not applied. */
  readonly run: Omit<RecordedRun, 'steps'> | null;
  /** `null` if it is not applied. */
  readonly place: Place | null;
  /** Why it is pending; `null` if it is not. */
  readonly pending: PendingReason | null;
  /** The objects that it created, and those that it was the last to change. */
  readonly objects: readonly SchemaObject[];
  /** The findings of lint about it; `null` if `@headwater/dev` is not installed, or no active plugin has it. */
  readonly findings: readonly LintFinding[] | null;
  /** Its SQL in pieces, without the indentation of the file; `null` if it is unknown. */
  readonly sql: { readonly up: readonly SqlPiece[] | null; readonly down: readonly SqlPiece[] | null };
}

/** Shows one revision. */
export const revisionPage = definePage({
  path: '/studio/revisions/:revision',
  about: 'Returns a revision: its SQL, its dependencies both ways, its place, its run and its objects.',
  params: z.object({ revision: z.string().max(200) }),
  async load({ get, params }): Promise<RevisionData> {
    const inspection = get(Inspection);
    const revision = await inspection.show(params.revision);
    const { id, appliedBy, state, up, down } = revision;
    const history = await inspection.history();
    const [recorded] = appliedBy === null ? [] : await inspection.runs({ id: appliedBy.run });
    const { steps, ...run } = recorded ?? { steps: null };
    const objects = await inspection.objects();
    const findings = revision.from === 'code' ? await inspection.lint() : null;
    return {
      revision,
      neededBy: history.flatMap((entry) => ([...entry.revises, ...entry.dependsOn].includes(id) ? [entry.id] : [])),
      run: 'id' in run ? run : null,
      place: steps === null ? null : placeIn(steps, id, history),
      pending: state === 'pending' ? await inspection.why(id) : null,
      objects: objects.filter(({ createdBy, changedBy }) => createdBy === id || changedBy === id),
      findings: findings?.filter((finding) => finding.revision === id) ?? null,
      sql: {
        up: up === null ? null : await splitSql(dedent(up)),
        down: down === null ? null : await splitSql(dedent(down)),
      },
    };
  },
  view: (data) => ({
    title: data.revision.id,
    main: html`<h1><span class="mono">${data.revision.id}</span> ${badge(data.revision.state ?? 'note')}</h1>
      ${
        data.revision.breaking &&
        html`<p class="note bad">Breaking: older code cannot work with the schema after this revision.</p>`
      }
      ${factsOf(data)} ${changesOf(data)}
      <h2>Why at this place</h2>
      ${placeOf(data)} ${sqlOf(data)} ${findingsOf(data)} ${objectsOf(data)}`,
  }),
});

function factsOf({ revision, neededBy, run }: RevisionData): Html {
  const { plugin, revises, dependsOn, file, appliedAt, appliedBy, durationMs, stamped, transaction } = revision;
  return facts([
    ['Plugin', pluginLink(plugin)],
    ['Revises', revises.length === 0 ? 'nothing: it is the base of its branch' : revisionLinks(revises)],
    ['Depends on', dependsOn.length > 0 && revisionLinks(dependsOn)],
    ['Needed by', neededBy.length > 0 && revisionLinks(neededBy)],
    ['Applied', appliedAt !== null && time(appliedAt)],
    ['Run', appliedBy !== null && runLink(appliedBy.run)],
    ['By', appliedBy !== null && html`<span class="mono">${appliedBy.package} ${appliedBy.version}</span>`],
    [
      'Host',
      run !== null && run.host !== null && html`<span class="mono">${run.host}</span>, kernel ${run.kernelVersion}`,
    ],
    [
      'Duration',
      appliedAt !== null && (stamped ? 'stamped: its row was written without running it' : duration(durationMs ?? 0)),
    ],
    ['Transaction', transaction === false && 'none: it runs outside of a transaction'],
    ['File', file !== null && html`<span class="mono">${shownFile(file)}</span>`],
  ]);
}

/** The changes of its row in the ledger, which ran nothing. */
function changesOf({ revision: { events } }: RevisionData): Html {
  const names = {
    stamp: 'stamped',
    accept: 'edit accepted',
    rename: 'plugin renamed',
  } as const;
  if (events.length === 0) return null;
  return html`<h2>Changes of the ledger</h2>
    ${table(
      'Changes of the ledger',
      ['At', 'Change', 'From', 'To', 'Run', 'Reason'],
      events.map(({ at, kind, from, to, run, reason }) => [
        time(at),
        names[kind],
        from === null ? none : html`<span class="mono">${from}</span>`,
        to === null ? none : html`<span class="mono">${to}</span>`,
        runLink(run),
        reason ?? none,
      ]),
    )}`;
}

function placeOf({ revision, place, pending }: RevisionData): Html {
  if (pending !== null) {
    const { position, total, previous, previousBecause, after, isHead } = pending;
    return html`<p>
        ${position === null ? 'It is not part of the next upgrade.' : `It is number ${position} of ${total} in the next upgrade.`}
        ${isHead && ' It is pending because it is the head of its branch.'}
      </p>
      ${previous !== null && html`<p>${revisionLink(previous)} runs directly before it: ${reasonOf(previousBecause)}</p>`}
      ${
        after.length > 0 &&
        html`<p>It runs after:</p>
        <ul class="ids">
          ${after.map(({ id, state }) => html`<li>${revisionLink(id)} ${badge(state)}</li>`)}
        </ul>`
      }`;
  }
  if (place === null) {
    return html`<p>${revision.appliedAt === null ? none : 'Its run is not recorded.'}</p>`;
  }
  const { position, total, previous, because } = place;
  return html`<p>
    It was number ${position} of ${total} in its run.
    ${previous !== null && html` ${revisionLink(previous)} ran directly before it: ${reasonOf(because)}`}
  </p>`;
}

function reasonOf(because: 'needed' | 'order' | null): string {
  return because === 'needed'
    ? 'it is needed, directly or through others.'
    : 'both orders would work, and the fixed order of plugins decides.';
}

function sqlOf({ revision: { from }, sql: { up, down } }: RevisionData): Html {
  return html`<h2>Up</h2>
    ${from === 'ledger' && html`<p class="quiet">From the ledger, because no active plugin has this revision.</p>`}
    ${up === null ? html`<p>The SQL is unknown.</p>` : sqlText('SQL of up', up)}
    <h2>Down</h2>
    ${down === null ? html`<p>It cannot be reverted.</p>` : sqlText('SQL of down', down)}`;
}

function findingsOf({ findings }: RevisionData): Html {
  return findings !== null && html`<h2>Lint</h2> ${findingsTable(findings)}`;
}

function objectsOf({ objects, revision: { id } }: RevisionData): Html {
  if (objects.length === 0) return null;
  return html`<h2>Objects</h2>
    ${table(
      'Objects',
      ['Object', 'Kind', 'In', 'Owner', 'This revision'],
      objects.map(({ kind, name, table: within, plugin, createdBy }) => [
        html`<span class="mono">${name}</span>`,
        kind,
        within === null ? none : html`<span class="mono">${within}</span>`,
        pluginLink(plugin),
        createdBy === id ? 'created it' : 'last changed it',
      ]),
    )}`;
}
