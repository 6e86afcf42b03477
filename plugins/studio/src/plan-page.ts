import { Inspection, type LintFinding, type PlannedStep, type RemovedNeed } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, findingsTable, none, pluginLink, revisionLink, revisionLinks, table } from './ui.ts';

/** The plan of the next start. */
export interface PlanData {
  readonly steps: readonly PlannedStep[];
  /** The objects that steps need although a revision of another plugin removes them before. Such a step will fail. */
  readonly removed: readonly RemovedNeed[];
  /** The findings of lint about the steps; `null` if `@headwater/dev` is not installed. */
  readonly findings: readonly LintFinding[] | null;
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
    if (error === null) {
      const { steps, removed } = await inspection.plan();
      const ids = new Set<string | null>(steps.map(({ id }) => id));
      const findings = (await inspection.lint())?.filter(({ revision }) => ids.has(revision)) ?? null;
      return { steps, removed, findings, error: null };
    }
    return {
      steps: [],
      removed: [],
      findings: null,
      error: { code: error.code, message: error.message, hint: error.hint },
    };
  },
  view({ steps, removed, findings, error }) {
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
          )}
          ${removed.length > 0 && removedTable(removed)}
          ${findings !== null && html`<h2>Lint</h2> ${findingsTable(findings)}`}`
        }`,
    };
  },
});

function removedTable(removed: readonly RemovedNeed[]): Html {
  return html`<h2>Needs what is gone</h2>
    ${table(
      'Needs what is gone',
      ['Revision', 'Needs', 'Removed by', 'Renamed to'],
      removed.map(({ revision, object, removedBy, renamedTo }) => [
        revisionLink(revision),
        html`<span class="mono">${object}</span>`,
        revisionLink(removedBy),
        renamedTo === null ? none : html`<span class="mono">${renamedTo}</span>`,
      ]),
    )}`;
}
