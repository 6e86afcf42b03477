import { exitCode, type ExitCode } from '../error/exit-code.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { joinNames } from '../error/join-names.ts';
import { installedPackage } from '../peers/installed-package.ts';
import { assertEngineInstalled, assertMikroOrmFits } from '../peers/kernel-peers.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { databaseChecks, databaseCheckNames } from './diagnosis-database.ts';
import { readDatabase, type Project } from './project.ts';
import { readActivity } from './runs.ts';
import { readStatus, type ReadOptions } from './status.ts';

/**
 * The findings about an application and its database.
 *
 * @example
 * const { checks } = await kernel.diagnose();
 * for (const { message, fix } of checks.flatMap(({ findings }) => findings)) console.log(message, fix);
 */
export interface Diagnosis {
  /** The database, without secrets: `db.example.com:5432/shop`. */
  readonly database: string;
  readonly checks: readonly DiagnosisCheck[];
}

/** One check of a {@link Diagnosis}. */
export interface DiagnosisCheck {
  /** `node`, `packages`, `plugins`, `connection`, `server`, `grants`, `pooler`, `lock`, `ddl`, `indexes`, `rows`, `drift` or `ledger`. */
  readonly name: string;
  /** The facts that it found: `PostgreSQL 18.4`. */
  readonly detail: string;
  /** Why it did not run; `null` if it did. */
  readonly skipped: string | null;
  readonly findings: readonly DiagnosisFinding[];
}

/** Something that is wrong, or that may become wrong. */
export interface DiagnosisFinding {
  readonly severity: 'error' | 'warning';
  /** The code of the error with which a command would fail; `null` if no error has this finding. */
  readonly code: string | null;
  readonly message: string;
  /** How to mend it, with a command to copy. */
  readonly fix: string;
  /** The exit code of a command that fails because of it. */
  readonly exitCode: ExitCode;
}

/** Whether a diagnosis may write to the database what it then rolls back. */
export type Access = 'only read' | 'write and roll back';

/** The outcome of a check that ran. */
export interface CheckOutcome {
  readonly detail: string;
  readonly findings?: readonly DiagnosisFinding[];
  readonly skipped?: string;
}

/** The oldest Node that the kernel supports. */
const oldestNode = 24;

/**
 * Examines an application and its database. Whatever fails is a finding, so it throws only CANCELLED. Nothing that it
 * writes is committed. With `only read`, it writes nothing.
 */
export async function readDiagnosis(
  project: Project,
  { signal }: ReadOptions = {},
  access: Access = 'write and roll back',
): Promise<Diagnosis> {
  const { config } = project;
  const options = { ...(signal && { signal }) };
  const local = [
    await check('node', async () => nodeOutcome(process.versions.node)),
    await check('packages', async () => packagesOutcome(config.database)),
    await check('plugins', async () => {
      const { pluginSet, graph } = await project.revisionSet();
      const count = graph.order.length;
      return { detail: `${joinNames(pluginSet.plugins.map(({ name }) => name))}; ${count} revisions` };
    }),
  ];
  return {
    database: config.database.shown,
    checks: [...local, ...(await checkDatabase(project, access, options)), await checkLedger(project, options)],
  };
}

async function checkDatabase(
  project: Project,
  access: Access,
  options: ReadOptions,
): Promise<readonly DiagnosisCheck[]> {
  let found: readonly DiagnosisCheck[] = [];
  const connection = await check('connection', () =>
    readDatabase(project, { operation: 'diagnosis', ...options }, async (session) => {
      const [row] = await session.query<{ version: string }>("select current_setting('server_version') as version");
      found = await databaseChecks(session, project.config, access, check);
      return { detail: `${session.shown}, PostgreSQL ${row?.version ?? 'of unknown version'}` };
    }),
  );
  const names = databaseCheckNames.filter((name) => found.every((one) => one.name !== name));
  const skipped = 'there is no connection';
  return [connection, ...found, ...names.map((name) => ({ name, detail: '', skipped, findings: [] }))];
}

/** The ledger is compared with the code, so it needs plugins that load. */
async function checkLedger(project: Project, options: ReadOptions): Promise<DiagnosisCheck> {
  return check('ledger', async () => {
    const status = await readStatus(project, options);
    const { run, running, applied } = await readActivity(project, options);
    const findings = [
      ...(status.error === null ? [] : [findingOf(status.error)]),
      ...(status.pending.length === 0 ? [] : [pendingFinding(status.pending, project.config.upgrade.mode)]),
      ...(status.ahead.length === 0 ? [] : [aheadFinding(status.ahead)]),
      ...(run === null || run.endedAt !== null || run.kind === null || running !== null ? [] : [killedFinding(run)]),
    ];
    const dormant = status.dormant.length === 0 ? '' : `, ${status.dormant.length} dormant`;
    return { detail: `${applied} applied, ${status.pending.length} pending${dormant}`, findings };
  });
}

/** Runs a check. A KernelError that it throws is its finding. */
async function check(name: string, run: () => Promise<CheckOutcome>): Promise<DiagnosisCheck> {
  try {
    const { detail, findings = [], skipped = null } = await run();
    return { name, detail, skipped, findings };
  } catch (error) {
    if (!isKernelError(error) || isKernelError(error, 'CANCELLED')) throw error;
    return { name, detail: '', skipped: null, findings: [findingOf(error)] };
  }
}

function findingOf({ code, message, hint, exitCode: exit }: KernelError): DiagnosisFinding {
  return { severity: 'error', code, message, fix: hint, exitCode: exit };
}

/** Returns the outcome for a version of Node. */
export function nodeOutcome(version: string): CheckOutcome {
  if (Number.parseInt(version, 10) >= oldestNode) return { detail: version };
  const finding = {
    severity: 'error',
    code: null,
    message: `This process runs Node ${version}, and Headwater needs Node ${oldestNode} or newer.`,
    fix: `npm install --save-dev node@${oldestNode}`,
    exitCode: exitCode.environment,
  } as const;
  return { detail: version, findings: [finding] };
}

function packagesOutcome(database: Project['config']['database']): CheckOutcome {
  assertMikroOrmFits(database);
  if (database.kind === 'pglite') assertEngineInstalled(database.shown);
  const names = ['@mikro-orm/core', ...(database.kind === 'pglite' ? ['@electric-sql/pglite'] : ['pg'])];
  const found = names.flatMap((name) => {
    const installed = installedPackage(name, import.meta.url);
    return installed === null ? [] : [`${name} ${installed.version}`];
  });
  return { detail: [`@headwater/kernel ${kernelPackage().version}`, ...found].join(', ') };
}

function pendingFinding(pending: readonly string[], mode: string): DiagnosisFinding {
  const [first = '', ...others] = pending;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const next =
    mode === 'auto' ? 'The next start applies them.' : `A start does not apply them ("upgrade.mode": "${mode}").`;
  return {
    severity: 'warning',
    code: null,
    message: `Pending: ${first}${more}. ${next}`,
    fix: 'npx kernel migrate:up',
    exitCode: exitCode.pending,
  };
}

function aheadFinding(ahead: readonly string[]): DiagnosisFinding {
  return {
    severity: 'warning',
    code: null,
    message: `The database has newer revisions that this code does not know but is compatible with: ${joinNames(ahead)}.`,
    fix: 'Deploy the version of the application that has them.',
    exitCode: exitCode.databaseAhead,
  };
}

function killedFinding({
  id,
  host,
  startedAt,
}: {
  id: string;
  host: string | null;
  startedAt: string | null;
}): DiagnosisFinding {
  return {
    severity: 'warning',
    code: null,
    message: `The latest run, ${id} of ${startedAt} on ${host}, has no end: its process was killed.`,
    fix: 'Nothing of an unfinished revision is left. Continue with: npx kernel migrate:up',
    exitCode: exitCode.pending,
  };
}
