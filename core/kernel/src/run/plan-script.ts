import type { UpgradeLimits } from '../config/config.ts';
import type { Schemas } from '../config/schemas.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { hash } from '../runtime/lazy-crypto.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';
import { downBlock } from './down-block.ts';
import { ledgerScript } from './ensure-ledger.ts';
import { beginScript } from './envelope.ts';
import { rowOf } from './ledger-row.ts';
import { withOwnLimit } from './own-limits.ts';
import type { ScriptContext } from './run-context.ts';
import { rowToRemove } from './run-sql.ts';
import { guardBlock, recordBlock } from './single-step.ts';
import { upBlock } from './up-block.ts';

/** The name that stands for the host in the row of a run that a script made. */
const scriptHost = 'migrate:sql';

/**
 * Returns one SQL script that runs the steps in order and writes the ledger as the runner does: it creates the ledger if
 * there is none, and runs each step in a transaction of its own, in the same envelope. It contains no command of a
 * particular client. Revisions that are already applied are skipped, and after a failed one the later ones do nothing but
 * fail. The same steps give the same bytes. Throws PLAN_NOT_SQL if a step is code.
 */
export function planScript(steps: readonly RunnableStep[], settings: UpgradeLimits, schemas: Schemas): string {
  const code = steps.flatMap((step) => (bodyOf(step)?.kind === 'code' ? [step.id] : []));
  if (code.length > 0) throw kernelError('PLAN_NOT_SQL', { revisions: code });
  const direction = steps[0]?.direction ?? 'up';
  const run: ScriptContext = {
    id: runIdOf(steps),
    kind: direction === 'up' ? 'upgrade' : 'downgrade',
    host: scriptHost,
    kernelVersion: kernelPackage().version,
    settings,
    guard: '',
    session: { schemas, applicationName: null },
  };
  const parts = steps.map((step, i) => {
    const title = `-- ${i + 1} of ${steps.length}: ${step.id}, ${step.direction}`;
    return [title, ...assertPrevious(run, steps[i - 1]), ...scriptOf(run, step)].join('\n');
  });
  return [prologue(run), ledgerScript(run), ...parts, epilogue(run, direction)].join('\n\n');
}

/** The settings of the client's session on which the texts of the script depend. */
function prologue({ session }: ScriptContext): string {
  return `set client_encoding = 'UTF8';
set standard_conforming_strings = on;
set search_path = ${quoteIdentifier(session.schemas.tables)};`;
}

function epilogue({ id, session }: ScriptContext, direction: 'up' | 'down'): string {
  const ledger = quoteIdentifier(session.schemas.ledger);
  const applied =
    direction === 'down' ? '0' : `(select count(*) from ${ledger}.ledger where run_id = ${quoteLiteral(id)})`;
  return `-- The end of the run.
update ${ledger}.run set ended_at = clock_timestamp(), outcome = 'done', applied = ${applied}
  where id = ${quoteLiteral(id)};`;
}

/** A client may go on after an error. Then nothing of the rest may run, although it does not depend on what failed. */
function assertPrevious({ session }: ScriptContext, previous: RunnableStep | undefined): readonly string[] {
  if (previous === undefined) return [];
  const [plugin = '', slug = ''] = previous.id.split('@');
  const ledger = quoteIdentifier(session.schemas.ledger);
  const row = `(select from ${ledger}.ledger where plugin = ${quoteLiteral(plugin)} and slug = ${quoteLiteral(slug)})`;
  const failed = previous.direction === 'up' ? `not exists ${row}` : `exists ${row}`;
  const message = quoteLiteral(`${previous.id} failed, so the rest of the script does nothing`);
  return [`do ${dollarQuote(`begin if ${failed} then raise exception using message = ${message}; end if; end`)};`];
}

function scriptOf(run: ScriptContext, step: RunnableStep): readonly string[] {
  const { revision, direction } = step;
  const body = bodyOf(step);
  const settings = body?.kind === 'sql' ? withOwnLimit(run.settings, body.text) : run.settings;
  const limited = { ...run, settings };
  const row = rowOf(run.id, step, run.id);
  if (revision?.transaction === false && body?.kind === 'sql') {
    const begin = `${beginScript(run)}${guardBlock(row, direction, run)}`;
    const check = revision.check ?? 'select false';
    return [
      `${begin}\ncommit;`,
      `${body.text.trim().replace(/;$/, '')};`,
      begin,
      assertChecked(step.id, check, direction === 'up'),
      `${recordBlock(row, direction, 0, run)}\ncommit;`,
    ];
  }
  const block =
    direction === 'up'
      ? upBlock([{ row, keepsSession: step.keepsSession }], limited)
      : downBlock([{ row: rowToRemove(run, step), keepsSession: step.keepsSession }], limited);
  return [`${beginScript(limited)}${block}\ncommit;`];
}

function assertChecked(id: string, check: string, expected: boolean): string {
  const message = quoteLiteral(`the statement of ${id} ran, but its check does not return ${String(expected)}`);
  return `do ${dollarQuote(`declare
  checked boolean;
begin
  execute ${dollarQuote(check)} into checked;
  if checked is distinct from ${String(expected)} then raise exception using message = ${message}; end if;
end`)};`;
}

function bodyOf({ revision, direction }: RunnableStep): NonNullable<RunnableStep['revision']>['down'] {
  return (direction === 'up' ? revision?.up : revision?.down) ?? null;
}

/** A UUID of version 8, made from the steps. */
function runIdOf(steps: readonly RunnableStep[]): string {
  const lines = steps.map(({ id, direction, revision }) => `${id} ${direction} ${revision?.raw ?? ''}`);
  const hex = hash('sha256', lines.join('\n'));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
