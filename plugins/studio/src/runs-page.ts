import { Inspection, type RecordedRun } from '@headwater/kernel/plugin';
import { HttpError, html, type Html } from '@headwater/plugin-http';
import { z } from 'zod';
import { definePage } from './studio-page.ts';
import { badge, counted, duration, facts, none, revisionLink, runLink, table, time } from './ui.ts';

/** Lists the runs. */
export const runsPage = definePage({
  path: '/studio/runs',
  about: 'Lists the latest 200 runs with their steps, newest first.',
  load: async ({ get }): Promise<{ readonly runs: readonly RecordedRun[] }> => ({
    runs: await get(Inspection).runs({ limit: 200 }),
  }),
  view: ({ runs }) => ({
    title: 'Runs',
    main: html`<h1>Runs</h1>
      ${
        runs.length === 0
          ? html`<p class="note">No run is recorded.</p>`
          : table(
              'Runs',
              ['Run', 'Kind', 'Outcome', 'Started', 'Took', 'Steps', 'Host', 'Kernel'],
              runs.map((run) => [
                runLink(run.id),
                run.kind ?? none,
                outcomeOf(run),
                time(run.startedAt ?? run.steps[0]?.at ?? null),
                took(run),
                run.steps.length,
                run.host === null ? none : html`<span class="mono">${run.host}</span>`,
                run.kernelVersion ?? none,
              ]),
            )
      }`,
  }),
});

/** Shows one run. */
export const runPage = definePage({
  path: '/studio/runs/:run',
  about: 'Returns a run with its steps and their durations.',
  params: z.object({ run: z.uuid() }),
  async load({ get, params }): Promise<RecordedRun> {
    const [run] = await get(Inspection).runs({ id: params.run });
    if (run === undefined) throw new HttpError(404, 'there is no such run');
    return run;
  },
  view: (run) => ({
    title: `Run ${run.id.slice(0, 8)}`,
    main: html`<h1>Run <span class="mono">${run.id.slice(0, 8)}</span> ${outcomeOf(run)}</h1>
      ${runFacts(run)}
      <h2>${counted(run.steps.length, 'step')}</h2>
      ${stepsTable(run)}`,
  }),
});

/** The facts about a run. */
export function runFacts(run: RecordedRun): Html {
  return facts([
    ['Id', html`<span class="mono">${run.id}</span>`],
    ['Kind', run.kind],
    ['Started', run.startedAt !== null && time(run.startedAt)],
    ['Ended', run.endedAt !== null && time(run.endedAt)],
    ['Took', took(run)],
    ['Host', run.host !== null && html`<span class="mono">${run.host}</span>`],
    ['Kernel', run.kernelVersion],
    ['Error', run.error !== null && html`<span class="mono">${run.error}</span>`],
  ]);
}

/** The outcome of a run as a badge. */
export function outcomeOf({ kind, outcome, endedAt }: RecordedRun): Html {
  if (outcome !== null) return badge(outcome);
  return kind === null
    ? badge('note', 'not recorded')
    : badge('open', endedAt === null ? 'running or killed' : 'ended');
}

function took({ startedAt, endedAt }: RecordedRun): Html {
  if (startedAt === null || endedAt === null) return none;
  return duration(Date.parse(endedAt) - Date.parse(startedAt));
}

const changes = { applied: 'applied', reverted: 'dormant', stamped: 'note' } as const;

/** The steps of a run, the longest ones with a bar. */
export function stepsTable({ steps }: RecordedRun): Html {
  if (steps.length === 0) return html`<p class="note">It changed nothing.</p>`;
  const longest = Math.max(...steps.map(({ durationMs }) => durationMs ?? 0));
  return table(
    'Steps',
    ['No.', 'Revision', 'Change', 'Took', 'At'],
    steps.map(({ id, change, durationMs, at }, i) => [
      i + 1,
      revisionLink(id),
      badge(changes[change], change),
      durationMs === null
        ? none
        : html`<span class="took"
            ><meter aria-hidden="true" min="0" max=${longest} value=${durationMs}></meter> ${duration(durationMs)}</span
          >`,
      time(at),
    ]),
  );
}
