import { Inspection, type Activity } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { outcomeOf, runFacts } from './runs-page.ts';
import { definePage } from './studio-page.ts';
import { badge, counted, duration, facts, none, revisionLink, revisionLinks, table, time } from './ui.ts';

/** What happens in the database at this moment. */
export interface LiveData extends Activity {
  /** The ids of the pending revisions, as far as this process knows them. */
  readonly pending: readonly string[];
  /** The time of the answer, in ISO 8601. */
  readonly at: string;
}

/** The largest number of steps on the page. */
const mostSteps = 50;

/** Follows an upgrade by any process. */
export const livePage = definePage({
  path: '/studio/live',
  about: 'Returns the latest run with the steps that it has committed, and the process that runs revisions.',
  async load({ get }): Promise<LiveData> {
    const inspection = get(Inspection);
    const activity = await inspection.activity();
    const { pending } = await inspection.status();
    return { ...activity, pending, at: new Date().toISOString() };
  },
  view: (data) => ({
    title: 'Live',
    refresh: 2,
    main: html`<h1>Live</h1>
      <div id="live" data-live>
        <p role="status">${summaryOf(data)}</p>
        <p class="quiet">As of ${time(data.at)}. Committed steps are in the ledger; the running one is known from the server.</p>
        ${runningOf(data)} ${runOf(data)}
      </div>`,
  }),
});

function summaryOf({ running, run, pending, applied }: LiveData): Html {
  const left = pending.length === 0 ? 'nothing is pending' : `${counted(pending.length, 'revision')} pending`;
  if (running !== null) return html`${badge('open', 'running')} ${applied} applied, ${left}.`;
  const last = run === null ? 'No run is recorded' : 'No revision is running';
  return html`${badge('good', 'quiet')} ${last}. ${applied} applied, ${left}.`;
}

function runningOf({ running, pending }: LiveData): Html {
  if (running === null) return null;
  const { revisions, application, pid, user, client, milliseconds, waitsFor } = running;
  const [next] = pending;
  return html`<h2>Running</h2>
    ${facts([
      [
        'Revision',
        revisions.length > 0
          ? revisionLinks(revisions)
          : next === undefined
            ? none
            : html`${revisionLink(next)}, the first pending one`,
      ],
      ['For', duration(milliseconds)],
      ['Waits for', waitsFor !== null && badge('note', waitsFor)],
      ['Process', html`<span class="mono">${application}</span>`],
      [
        'Server process',
        html`<span class="mono">${pid}</span> of ${user}${client !== null && html` from <span class="mono">${client}</span>`}`,
      ],
    ])}`;
}

function runOf({ run }: LiveData): Html {
  if (run === null) return null;
  const { steps } = run;
  const shown = steps.slice(-mostSteps).toReversed();
  return html`<h2>Latest run ${outcomeOf(run)}</h2>
    ${runFacts(run)}
    <h2>${counted(steps.length, 'committed step')}${steps.length > shown.length && `, the latest ${shown.length}`}</h2>
    ${
      shown.length === 0
        ? html`<p class="note">It has committed nothing yet.</p>`
        : table(
            'Committed steps',
            ['No.', 'Revision', 'Change', 'Took', 'At'],
            shown.map(({ id, change, durationMs, at }, i) => [
              steps.length - i,
              revisionLink(id),
              change,
              durationMs === null ? none : duration(durationMs),
              time(at),
            ]),
          )
    }`;
}
