import { resolve } from 'node:path';
import { projectRoot } from '../../config/project-root.ts';
import { exitCode } from '../../error/exit-code.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import type { DiagnosisCheck, DiagnosisFinding } from '../../open/diagnosis.ts';
import { readDiagnosis } from '../../open/diagnosis.ts';
import { findDevPackage } from '../../plugin/dev-package.ts';
import type { Colors } from '../colors.ts';
import type { Command, Context, Reply } from '../command.ts';
import { counted } from '../format-text.ts';
import { openConfig, withProject } from '../open-project.ts';

/** `kernel doctor`. */
export const doctor: Command = {
  about:
    'Examines Node, the installed packages, the config, the plugins and their revisions, and the database: privileges, ' +
    'a connection pooler, invalid indexes, the ledger, and whether the server keeps advisory locks and undoes DDL ' +
    'statements. Each finding comes with the command or change that mends it. A check that fails does not keep the ' +
    'others from running. Nothing that it writes is committed.',
  options: [{ flag: 'strict', about: 'exit with 3 if there are only warnings' }],
  examples: [
    { line: 'kernel doctor', about: 'before the first upgrade on a new server' },
    { line: 'kernel doctor --strict --json', about: 'in a pipeline' },
  ],
  exits: [
    { code: 0, about: 'no errors' },
    { code: 3, about: 'only warnings, with --strict' },
    { code: 10, about: 'the config is invalid; every other error has the exit code that a command would have' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 21, about: 'the role lacks a privilege' },
  ],
  async run({ switches }, context) {
    const config = configCheck(context);
    const { database, checks: others } =
      config.findings.length > 0
        ? { database: null, checks: [] }
        : await withProject(context, (project) => readDiagnosis(project));
    const checks = [config, devCheck(context), ...others];
    const findings = checks.flatMap((check) => check.findings);
    const error = findings.find(({ severity }) => severity === 'error');
    const warned = switches.has('strict') && findings.length > 0 ? exitCode.pending : exitCode.done;
    return {
      exit: error?.exitCode ?? warned,
      json: { database, checks },
      text: (colors) => explain(checks, colors),
    } satisfies Reply;
  },
};

function configCheck(context: Context): DiagnosisCheck {
  try {
    const { file, overlays } = openConfig(context);
    return { name: 'config', detail: [file, ...overlays].join(' + '), skipped: null, findings: [] };
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { name: 'config', detail: '', skipped: null, findings: [findingOf(error)] };
  }
}

/** A production server needs no `@headwater/dev`. If it is there, it must fit. */
function devCheck(context: Context): DiagnosisCheck {
  const root = projectRoot(resolve(context.cwd, context.config ?? 'config.json'));
  const outcome = { name: 'dev', detail: '', skipped: null, findings: [] };
  try {
    return { ...outcome, detail: `@headwater/dev ${findDevPackage('doctor', root).version}` };
  } catch (error) {
    if (isKernelError(error, 'DEV_NOT_INSTALLED')) return { ...outcome, skipped: '@headwater/dev is not installed' };
    if (!isKernelError(error)) throw error;
    return { ...outcome, findings: [findingOf(error)] };
  }
}

function findingOf({ code, message, hint, exitCode: exit }: KernelError): DiagnosisFinding {
  return { severity: 'error', code, message, fix: hint, exitCode: exit };
}

function explain(checks: readonly DiagnosisCheck[], colors: Colors): string {
  const findings = checks.flatMap((check) => check.findings);
  const count = (severity: DiagnosisFinding['severity']): number =>
    findings.filter((one) => one.severity === severity).length;
  return [
    ...checks.flatMap((check) => [
      `${markOf(check, colors)}  ${check.name.padEnd(nameWidth)}  ${check.skipped ?? check.detail}`.trimEnd(),
      ...check.findings.flatMap(({ severity, code, message, fix }) => [
        `  ${severity === 'error' ? colors.red('error') : colors.yellow('warning')}${code === null ? '' : ` ${code}`}: ${message}`,
        `  ${colors.bold('fix')}: ${fix}`,
      ]),
    ]),
    '',
    findings.length === 0
      ? 'Nothing is wrong.'
      : `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}.`,
  ].join('\n');
}

/** The length of the longest name of a check. */
const nameWidth = 'connection'.length;

function markOf({ skipped, findings }: DiagnosisCheck, colors: Colors): string {
  if (findings.some(({ severity }) => severity === 'error')) return colors.red('error  ');
  if (findings.length > 0) return colors.yellow('warning');
  return skipped === null ? colors.green('ok     ') : 'skipped';
}
