import { Inspection, type Diagnosis, type DiagnosisCheck, type DiagnosisFinding } from '@headwater/kernel/plugin';
import { html, type Html } from '@headwater/plugin-http';
import { definePage } from './studio-page.ts';
import { badge, counted, none, table } from './ui.ts';

/** Shows the findings of `kernel doctor`. */
export const doctorPage = definePage({
  path: '/studio/doctor',
  about: 'Returns the checks of kernel doctor that only read, with their findings.',
  load: ({ get }): Promise<Diagnosis> => get(Inspection).diagnose(),
  view({ checks }) {
    const findings = checks.flatMap((check) => check.findings.map((finding) => ({ check: check.name, finding })));
    const errors = findings.filter(({ finding }) => finding.severity === 'error').length;
    const warnings = findings.length - errors;
    return {
      title: 'Doctor',
      main: html`<h1>Doctor</h1>
        ${
          findings.length === 0
            ? html`<p class="note good">${badge('good', 'healthy')} Nothing is wrong.</p>`
            : html`<p>
                  ${errors > 0 && badge('bad', counted(errors, 'error'))}${' '}
                  ${warnings > 0 && badge('note', counted(warnings, 'warning'))}
                </p>
                ${findingsTable(findings)}`
        }
        <h2>Checks</h2>
        ${table(
          'Checks',
          ['Check', 'Result', 'Detail'],
          checks.map((check) => [
            check.name,
            resultOf(check),
            check.skipped ?? (check.detail === '' ? none : check.detail),
          ]),
        )}`,
    };
  },
});

function findingsTable(findings: readonly { readonly check: string; readonly finding: DiagnosisFinding }[]): Html {
  return table(
    'Findings',
    ['Check', 'Severity', 'Finding', 'Fix'],
    findings.map(({ check, finding: { severity, code, message, fix } }) => [
      check,
      badge(severity === 'error' ? 'bad' : 'note', severity),
      html`${code !== null && html`<span class="mono">${code}</span> `}${message}`,
      fix,
    ]),
  );
}

function resultOf({ skipped, findings }: DiagnosisCheck): Html {
  if (skipped !== null) return badge('disabled', 'skipped');
  if (findings.some(({ severity }) => severity === 'error')) return badge('bad', 'error');
  return findings.length > 0 ? badge('note', 'warning') : badge('good', 'ok');
}
