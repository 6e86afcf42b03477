import { Inspection, type PlannedStep } from '@headwater/kernel/plugin';
import { html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, none, pluginLink, revisionLink, revisionLinks, table } from './ui.ts';

/** The plan of the next start. */
export interface PlanData {
  readonly steps: readonly PlannedStep[];
  /** The error with which the next start would refuse the database; `null` if there is none. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** Shows what the next start would do. */
export const planPage = definePage({
  path: '/studio/plan',
  about: 'Returns the plan of the next start: the pending revisions in order.',
  async load({ get }): Promise<PlanData> {
    const inspection = get(Inspection);
    const { error } = await inspection.status();
    if (error === null) return { steps: (await inspection.plan()).steps, error: null };
    return { steps: [], error: { code: error.code, message: error.message, hint: error.hint } };
  },
  view({ steps, error }) {
    const breaking = steps.filter((step) => step.breaking).length;
    return {
      title: 'Plan',
      main: html`<h1>Plan</h1>
        ${
          error !== null &&
          html`<div class="note bad"><p>${badge('bad', error.code)} The next start would stop: ${error.message}</p><p>${error.hint}</p></div>`
        }
        ${
          error === null &&
          steps.length === 0 &&
          html`<p class="note good">${badge('good', 'up to date')} Nothing is pending. The next start applies no revision.</p>`
        }
        ${
          steps.length > 0 &&
          html`<p>
            The next start applies ${counted(steps.length, 'revision')}, in this order.
            ${breaking > 0 && html`${badge('bad', `${breaking} breaking`)}: older processes must stop first.`}
          </p>
          ${table(
            'Plan',
            ['No.', 'Revision', 'Plugin', 'Depends on', 'Kind', 'Notes'],
            steps.map((step, i) => [
              i + 1,
              revisionLink(step.id),
              pluginLink(step.plugin),
              revisionLinks(step.dependsOn),
              step.kind ?? none,
              step.breaking ? badge('bad', 'breaking') : step.transaction === false ? 'no transaction' : none,
            ]),
          )}`
        }`,
    };
  },
});
